"""Slow playback at the same pitch, so that an ear can tell what follows what."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.dsp.spans import PendingSpans
from stetho.stage import require_rate, run
from stetho.stream import CHEST, Chunk, Origin, Samples, Span, StreamSpec, read_only

FRAME_S = 0.06
SEARCH_S = 0.02


def half_speed(samples: npt.NDArray[np.float32], rate_hz: int) -> Samples:
    """A whole recording, float32 (n,) to float32 (2 n,): twice as long, as high as it was.

    Bit-identical to what `HalfSpeed` streams. Samples that are not finite count as 0.
    """
    stage = HalfSpeed()
    spec = StreamSpec(rate_hz, Origin.FILE)
    stage.prepare(spec)
    pieces = [chunk.chest for chunk in run(stage, (Chunk(read_only(samples), spec, 0, 0),))]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


class HalfSpeed:
    """Stage: chunks, chest channel, to chunks that last twice as long at the same pitch. Not for what is live.

    WSOLA (Verhelst & Roelands, ICASSP 1993): frames of 60 ms overlap by half; each is taken where, within ±20 ms of its
    place, it goes on most like the last one did. Positions count the samples that come out: sample i of the source
    becomes 2 i. `process` is up to 0.1 s of the source behind; `flush` gives the rest.
    """

    def __init__(self) -> None:
        self._kernel: Callable[..., Any] | None = None
        self._spec: StreamSpec | None = None
        self._marks = PendingSpans()
        self._last: Chunk | None = None
        self._quarter = self._search = 1
        self._window = self._overlap = np.zeros(0)
        self._line = np.zeros(0, dtype=np.float32)
        self._origin, self._received, self._given = 0, 0, 0
        self._frame, self._base, self._chosen = 0, 0, 0

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Loads the compiled kernel."""
        from stetho.dsp._kernels import stretch_frame

        self._kernel = stretch_frame
        self._quarter = max(1, round(FRAME_S * spec.rate_hz / 4))
        self._search = max(1, round(SEARCH_S * spec.rate_hz))
        turns = (np.arange(4 * self._quarter) + 0.5) / (4 * self._quarter)
        self._window = np.sin(np.pi * turns) ** 2
        self._spec = replace(spec, channels=(CHEST,))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives the stretched sound as far as it is known."""
        if self._spec is None:
            raise RuntimeError("HalfSpeed.process() was called before prepare()")
        require_rate(item, self._spec.rate_hz)
        if not len(item):
            return ()
        if self._last is None:
            self._origin = item.start
        self._last = item
        self._marks.add(tuple(Span(2 * span.start, 2 * span.stop) for span in item.concealed))
        self._received += len(item)
        return self._feed(item.chest, self._spec)

    def flush(self) -> Iterable[Chunk]:
        """Gives the rest, as if silence followed."""
        if self._spec is None or self._last is None:
            return ()
        silence = np.zeros(8 * self._quarter + 2 * self._search, dtype=np.float32)
        return self._feed(silence, self._spec, until=2 * self._received)

    def _feed(self, samples: Samples, spec: StreamSpec, until: int | None = None) -> tuple[Chunk, ...]:
        """Lays on frames while the samples that they may need are there; the line begins at source sample `base`."""
        self._line = np.concatenate((self._line, np.where(np.isfinite(samples), samples, np.float32(0.0))))
        hop, pieces = 2 * self._quarter, []
        while self._kernel is not None and self._reach(hop) <= self._base + self._line.size:
            piece = np.empty(hop, dtype=np.float32)
            if not self._frame:  # the beginning goes on from itself, and does not fade in
                self._overlap = self._window[hop:] * self._line[:hop]
            nominal = self._frame * self._quarter
            self._chosen = self._kernel(
                self._line,
                self._chosen + hop - self._base,
                nominal - self._base,
                min(self._search, nominal - self._base),
                self._search,
                self._window,
                self._overlap,
                piece,
            )
            self._chosen += self._base
            self._frame += 1
            pieces.append(piece)
            self._forget(hop)
        return self._give(pieces, spec, until)

    def _reach(self, hop: int) -> int:
        """One past the last source sample that the next frame may need."""
        return max(self._chosen + hop, self._frame * self._quarter + self._search) + 2 * hop

    def _forget(self, hop: int) -> None:
        """Drops what no later frame can need."""
        needed = min(self._chosen + hop, max(0, self._frame * self._quarter - self._search))
        if needed - self._base > 16 * hop:
            self._line = self._line[needed - self._base :].copy()
            self._base = needed

    def _give(self, pieces: list[Samples], spec: StreamSpec, until: int | None) -> tuple[Chunk, ...]:
        if not pieces or self._last is None:
            return ()
        out = np.concatenate(pieces)[None, : None if until is None else max(0, until - self._given)]
        if not out.size:
            return ()
        out = np.ascontiguousarray(out)
        out.flags.writeable = False
        start = 2 * self._origin + self._given
        self._given += out.size
        t0_ns = self._last.t0_ns + round((start / 2 - self._last.start) * 1e9 / spec.rate_hz)
        return (Chunk(out, spec, start, t0_ns, self._marks.take(start + out.size)),)

    def reset(self, reason: str) -> None:
        """Starts again with the next chunk."""
        hop = 2 * self._quarter
        self._marks.clear()
        self._last = None
        self._origin, self._received, self._given = 0, 0, 0
        self._frame, self._base = 0, 0
        self._chosen = -hop
        self._line = np.zeros(0, dtype=np.float32)
        self._overlap = np.zeros(hop)
