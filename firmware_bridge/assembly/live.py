"""The live output: in order, at most 100 ms behind what has arrived, and never back."""

from bisect import insort
from collections import deque
from collections.abc import Iterator

import numpy as np

from firmware_bridge.assembly.conceal import conceal
from firmware_bridge.assembly.piece import NS, Piece
from stetho.stream import Chunk, Samples, Span, StreamSpec, read_only

WAIT_MS = 100
"""How long live waits for a resend, in stream time or host time, whichever ends first."""

CONCEALED_AT_MOST_MS = 60
"""A longer hole is a gap: nothing is put in its place, and every stage is reset."""


class LiveOutput:
    """Puts pieces in order and says what becomes of a hole: filled by a resend, concealed and marked, or a gap."""

    def __init__(self, spec: StreamSpec) -> None:
        self._spec = spec
        self._wait = spec.rate_hz * WAIT_MS // 1000
        self._longest = spec.rate_hz * CONCEALED_AT_MOST_MS // 1000
        self._pending: list[Piece] = []
        self._past: deque[Samples] = deque()
        self._past_samples = 0
        self._stop_ns = 0
        self.newest_t0_ns = -(1 << 63)
        """The capture time of what was said last: it never goes back."""
        self.next = 0
        self.concealed = 0

    def add(self, piece: Piece) -> None:
        """Takes a piece of samples that were not there before; what lies behind `next` came too late."""
        if piece.stop <= self.next:
            return
        if piece.start < self.next:
            piece = piece.part(Span(self.next, piece.stop), self._spec.rate_hz)
        insort(self._pending, piece, key=lambda p: p.start)

    def ready(self, now_ns: int, newest: int) -> Iterator[Chunk]:
        """What can be said now; `newest` is the index after the last sample that is known to exist."""
        while self._pending:
            if self._pending[0].start > self.next:
                if not self._waited(now_ns, newest):
                    return
                yield from self._over_hole(self._pending[0].start)
            yield self._emit(self._pending.pop(0))

    def skip(self, to: int) -> None:
        """The link is back after a break: what was taken before sample `to` is not live any more."""
        if to - self.next > self._longest:
            self._pending = [piece for piece in self._pending if piece.start >= to]
            self._forget(to)

    def finish(self, stop: int) -> Iterator[Chunk]:
        """The stream ended before sample `stop`: says all there is, waiting no more."""
        yield from self.ready(0, newest=self.next + (1 << 62))
        if stop > self.next:
            yield from self._over_hole(stop)

    def _waited(self, now_ns: int, newest: int) -> bool:
        noticed_ns = min(piece.arrived_ns for piece in self._pending)
        return newest - self._pending[0].start >= self._wait or now_ns - noticed_ns >= WAIT_MS * 1_000_000

    def _emit(self, piece: Piece) -> Chunk:
        chunk = piece.chunk(self._spec, self.newest_t0_ns)
        self.follow(chunk)
        return chunk

    def _over_hole(self, stop: int) -> Iterator[Chunk]:
        hole = Span(self.next, stop)
        after = self._pending[0] if self._pending else None
        if len(hole) <= self._longest and (self._past or after):
            chunk = self._concealment(hole, after)
            self.concealed += len(hole)
            self.follow(chunk)
            yield chunk
            return
        self._forget(stop)

    def _forget(self, next_: int) -> None:
        """A gap: what comes does not continue what was."""
        self._past.clear()
        self._past_samples = 0
        self.next = next_

    def _concealment(self, hole: Span, after: Piece | None) -> Chunk:
        unknown = np.zeros((len(self._spec.channels), 0), np.float32)
        past = np.concatenate([unknown, *self._past], axis=1)
        filled = read_only(conceal(past, after.samples if after else unknown, len(hole)))
        t0_ns = after.t0_ns - len(hole) * NS // self._spec.rate_hz if after else self._stop_ns
        return Chunk(filled, self._spec, hole.start, max(t0_ns, self.newest_t0_ns), concealed=(hole,))

    def follow(self, chunk: Chunk) -> None:
        """Remembers what went out: as much of it as the longest concealment looks back at."""
        self.next = chunk.stop
        self.newest_t0_ns = chunk.t0_ns
        self._stop_ns = chunk.t0_ns + len(chunk) * NS // self._spec.rate_hz
        self._past.append(chunk.samples)
        self._past_samples += len(chunk)
        while self._past_samples - self._past[0].shape[1] >= self._longest:
            self._past_samples -= self._past.popleft().shape[1]
