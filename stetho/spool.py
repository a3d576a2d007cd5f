"""The running take's saved samples, until its final verdict is made of them.

They lie in an unnamed temporary file that the system frees when the process ends, however it ends: memory stays flat
over a long take, and no recording is left behind by a program that only listened.
"""

import tempfile
from collections import deque
from collections.abc import Iterator

import numpy as np

from stetho.holes import missing_spans, without_gaps
from stetho.source import Hole
from stetho.stream import Chunk, Samples, Span, StreamSpec, read_only
from stetho.turns import TURNS

BLOCK_S = 1


class TakeSpool:
    """Archive samples in, by stream index; the samples of a finished take out. Used from one thread."""

    def __init__(self, spec: StreamSpec) -> None:
        self._spec = spec
        self._file = tempfile.TemporaryFile(prefix="stetho-")  # noqa: SIM115 - closed by close()
        self._base = 0
        self._missing: deque[Span] = deque()
        self.stop = 0

    def add(self, chunk: Chunk, holes: tuple[Hole, ...]) -> list[Span]:
        """Appends the next samples of the archive, and gives the spans of which it says that they will never come."""
        if self._base == self.stop:
            self._base = self.stop = chunk.start
        missing = list(missing_spans(holes))
        if chunk.start > self.stop:
            missing.insert(0, Span(self.stop, chunk.start))
            self._write(np.zeros((chunk.start - self.stop, len(self._spec.channels)), np.float32))
        self._write(chunk.samples.T)
        self._missing.extend(missing)
        self.stop = chunk.stop
        return missing

    def _write(self, frames: Samples) -> None:
        self._file.write(np.ascontiguousarray(frames).tobytes())

    def read(self, span: Span) -> Iterator[Chunk]:
        """The samples of `span` in blocks, short holes marked, long ones left out. Between blocks, what is live goes first."""
        channels = len(self._spec.channels)
        frame_bytes = 4 * channels
        block = BLOCK_S * self._spec.rate_hz
        self._file.flush()
        for start in range(span.start, min(span.stop, self.stop), block):
            TURNS.let_others_go_first()
            stop = min(start + block, span.stop, self.stop)
            self._file.seek((start - self._base) * frame_bytes)
            raw = self._file.read((stop - start) * frame_bytes)
            samples = np.frombuffer(raw, np.float32).reshape(-1, channels).T
            yield from without_gaps(Chunk(read_only(samples), self._spec, start, 0), self._missing)
        self._file.seek(0, 2)

    def forget(self) -> None:
        """Lets go of everything: no take needs it any more."""
        self._file.seek(0)
        self._file.truncate()
        self._base = self.stop
        self._missing.clear()

    def close(self) -> None:
        self._file.close()
