"""Where in the stream the output of a stage lies that looks ahead."""

import numpy as np

from stetho.dsp.spans import PendingSpans
from stetho.stream import Chunk, Samples, StreamSpec


class HeldBack:
    """Keeps the places of samples that come `samples` late: each goes out under the index that it came in with.

    The first outputs after a start belong to nothing and are dropped; as many more come when the stream ends.
    """

    def __init__(self, samples: int) -> None:
        self.samples = samples
        self._marks = PendingSpans()
        self._last: Chunk | None = None
        self._origin = 0
        self._given = -samples

    @property
    def begun(self) -> bool:
        """Whether anything came since the start."""
        return self._last is not None

    @property
    def tail(self) -> Samples:
        """What to feed at the end, so that all that is held comes out."""
        return np.zeros(self.samples, dtype=np.float32)

    def take(self, item: Chunk) -> None:
        """Notes a chunk that goes in."""
        if self._last is None:
            self._origin = item.start
        if item.concealed:
            self._marks.add(item.concealed)
        self._last = item

    def give(self, out: Samples, spec: StreamSpec) -> tuple[Chunk, ...]:
        """The chunk of what came out: float32 (1, n), as many as went in."""
        first, self._given = self._given, self._given + out.shape[1]
        if self._last is None or self._given <= 0:
            return ()
        if first < 0:
            out = np.ascontiguousarray(out[:, -first:])
        out.flags.writeable = False
        start = self._origin + max(0, first)
        t0_ns = self._last.t0_ns + round((start - self._last.start) * 1e9 / spec.rate_hz)
        marks = self._marks.take(start + out.shape[1]) if self._marks else ()
        return (Chunk(out, spec, start, t0_ns, marks),)

    def clear(self) -> None:
        """Starts again."""
        self._marks.clear()
        self._last = None
        self._given = -self.samples
