"""What a hole in a stream means for whoever reads it later: short ones are marked, long ones are gaps."""

from collections.abc import Iterable, Iterator

from stetho.source import Hole, HoleFate
from stetho.stream import Chunk, Span

LONGEST_CONCEALED_S = 0.060
"""A hole up to this long is concealed and marked; a longer one is a gap and resets every stage."""


def missing_spans(holes: Iterable[Hole]) -> Iterator[Span]:
    """The spans whose samples never came."""
    return (hole.span for hole in holes if hole.fate is not HoleFate.RESENT)


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The same samples as `spans` in order, those that touch as one: a long loss is given up a packet at a time."""
    running: Span | None = None
    for span in sorted(spans):
        if running is not None and span.start <= running.stop:
            running = Span(running.start, max(running.stop, span.stop))
        else:
            if running is not None:
                yield running
            running = span
    if running is not None:
        yield running


def without_gaps(chunk: Chunk, missing: Iterable[Span]) -> Iterator[Chunk]:
    """The chunk with its short holes marked as concealed, cut where a long one lies."""
    longest = LONGEST_CONCEALED_S * chunk.spec.rate_hz
    here = [span for span in joined(missing) if span.overlap(chunk.span)]
    short = tuple(span for span in here if len(span) <= longest)
    start = chunk.start
    for gap in (*(span for span in here if len(span) > longest), Span(chunk.stop, chunk.stop)):
        part = chunk.between(start, gap.start)
        if part is not None:
            inside = tuple(span for span in short if span.overlap(part.span))
            clipped = tuple(Span(max(span.start, part.start), min(span.stop, part.stop)) for span in inside)
            yield Chunk(part.samples, part.spec, part.start, part.t0_ns, (*part.concealed, *clipped))
        start = max(start, gap.stop)


LONGEST_LOSS_S = 2
"""More than this much lost in one piece, and what follows is another take."""


class LongLosses:
    """Finds the losses that end a take, in an archive's holes as they come in pieces."""

    def __init__(self, rate_hz: int) -> None:
        self._longest = LONGEST_LOSS_S * rate_hz
        self._running: Span | None = None

    def process(self, chunk: Chunk, missing: Iterable[Span]) -> Iterator[Span]:
        """The long losses that the chunk shows to be over."""
        for span in sorted(missing):
            if self._running is not None and self._running.stop == span.start:
                self._running = Span(self._running.start, span.stop)
            else:
                yield from self._over()
                self._running = span
        if self._running is not None and self._running.stop < chunk.stop:
            yield from self._over()

    def _over(self) -> Iterator[Span]:
        if self._running is not None and len(self._running) > self._longest:
            yield self._running
        self._running = None
