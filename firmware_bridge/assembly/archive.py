"""The archive output: complete and in order, late where it must be, zeros only where samples are gone for good."""

from bisect import insort
from collections.abc import Iterator

import numpy as np

from firmware_bridge.assembly.piece import NS, Piece
from firmware_bridge.assembly.span_set import SpanSet
from stetho.source import Hole, HoleFate
from stetho.stream import Chunk, Span, StreamSpec, read_only

Entry = tuple[Chunk, tuple[Hole, ...]]


class ArchiveOutput:
    """Waits for every missing sample until it came or was given up, then says it, once."""

    def __init__(self, spec: StreamSpec) -> None:
        self._spec = spec
        self._pending: list[Piece] = []
        self._given_up = SpanSet()
        self._stop_ns = 0
        self.newest_t0_ns = -(1 << 63)
        """The capture time of what was said last: it never goes back."""
        self.next = 0
        self.lost = 0
        self.resent = 0

    def add(self, piece: Piece) -> None:
        """Takes a piece of samples that were not there before; what lies behind `next` came too late."""
        if piece.stop <= self.next:
            return
        if piece.start < self.next:
            piece = piece.part(Span(self.next, piece.stop), self._spec.rate_hz)
        insort(self._pending, piece, key=lambda p: p.start)

    def give_up(self, span: Span) -> None:
        """Those samples will not come any more; what of them is there stays."""
        if span.stop > self.next:
            self._given_up.add(Span(max(span.start, self.next), span.stop))

    def hoped_for(self, missing: list[Span]) -> list[Span]:
        """The parts of missing ranges that were not given up."""
        return [part for gap in missing for part in self._given_up.gaps(gap)]

    def ready(self) -> Iterator[Entry]:
        """What is settled by now, in order."""
        while True:
            known = self._pending[0].start if self._pending else None
            if known == self.next:
                yield self._emit(self._pending.pop(0))
                continue
            settled = self._given_up.reach(self.next)
            if known is not None:
                settled = min(settled, known)
            if settled == self.next:
                return
            yield self._zeros(Span(self.next, min(settled, self.next + self._spec.rate_hz)))

    def _emit(self, piece: Piece) -> Entry:
        chunk = piece.chunk(self._spec, self.newest_t0_ns)
        self.follow(chunk)
        if not piece.resent:
            return chunk, ()
        self.resent += len(chunk)
        return chunk, piece.holes

    def _zeros(self, span: Span) -> Entry:
        silence = read_only(np.zeros((len(self._spec.channels), len(span)), np.float32))
        chunk = Chunk(silence, self._spec, span.start, self._stop_ns, concealed=(span,))
        self.follow(chunk)
        self.lost += len(span)
        return chunk, (Hole(span, HoleFate.LOST),)

    def follow(self, chunk: Chunk) -> None:
        """Goes on after a chunk that was said."""
        self.next = chunk.stop
        self.newest_t0_ns = chunk.t0_ns
        self._stop_ns = chunk.t0_ns + len(chunk) * NS // self._spec.rate_hz
        self._given_up.forget_before(self.next)
