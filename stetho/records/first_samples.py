"""The beginning of a stream, to the sample: for a recording of so many seconds."""

import math

import numpy as np

from stetho.source import Archive, Hole, HoleFate, JournalingArchive
from stetho.stream import Chunk, Span, StreamSpec, read_only


class FirstSamples:
    """A `JournalingArchive` that gives another one the first `seconds` of a stream, and then no more."""

    def __init__(self, archive: JournalingArchive, seconds: float = math.inf) -> None:
        self._archive, self._seconds = archive, seconds
        self._reached = 0
        self.complete = False
        """Whether all of it was given."""

    def __call__(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        limit = self._limit(chunk.spec)
        if self._reached < limit <= chunk.start:
            self._archive(*_lost(chunk, limit))  # nothing came before the end, and time is kept
        self._give(self._archive, chunk, holes)
        self._reached = chunk.stop
        self.complete = self._reached >= limit

    def ahead(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        self._give(self._archive.ahead, chunk, holes)

    def holds(self, index: int, spec: StreamSpec) -> bool:
        """Whether sample `index` of a stream is among them."""
        return index < self._limit(spec)

    def _limit(self, spec: StreamSpec) -> float:
        return math.inf if math.isinf(self._seconds) else max(1, round(self._seconds * spec.rate_hz))

    def _give(self, archive: Archive, chunk: Chunk, holes: tuple[Hole, ...]) -> None:
        limit = self._limit(chunk.spec)
        if limit >= chunk.stop:
            archive(chunk, holes)
        elif (part := chunk.between(0, int(limit))) is not None:
            archive(part, _before(part.stop, holes))


def _before(index: int, holes: tuple[Hole, ...]) -> tuple[Hole, ...]:
    """The parts of the holes that lie before sample `index`."""
    return tuple(Hole(Span(h.span.start, min(h.span.stop, index)), h.fate) for h in holes if h.span.start < index)


def _lost(later: Chunk, limit: float) -> tuple[Chunk, tuple[Hole, ...]]:
    """The last sample before `limit`, as one that was lost; what lies before it is then known to be lost as well."""
    last = int(limit) - 1
    t0_ns = later.t0_ns - (later.start - last) * 1_000_000_000 // later.spec.rate_hz
    silent = read_only(np.zeros((len(later.spec.channels), 1), np.float32))
    return Chunk(silent, later.spec, last, t0_ns), (Hole(Span(last, last + 1), HoleFate.LOST),)
