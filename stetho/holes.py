"""What a hole in a stream means for whoever reads it later: short ones are marked, long ones are gaps."""

from collections.abc import Iterable, Iterator

from stetho.source import Hole, HoleFate
from stetho.stream import Chunk, Span

LONGEST_CONCEALED_S = 0.060
"""A hole up to this long is concealed and marked; a longer one is a gap and resets every stage."""


def missing_spans(holes: Iterable[Hole]) -> Iterator[Span]:
    """The spans whose samples never came."""
    return (hole.span for hole in holes if hole.fate is not HoleFate.RESENT)


def without_gaps(chunk: Chunk, missing: Iterable[Span]) -> Iterator[Chunk]:
    """The chunk with its short holes marked as concealed, cut where a long one lies."""
    longest = LONGEST_CONCEALED_S * chunk.spec.rate_hz
    here = sorted(span for span in missing if span.overlap(chunk.span))
    short = tuple(span for span in here if len(span) <= longest)
    start = chunk.start
    for gap in (*(span for span in here if len(span) > longest), Span(chunk.stop, chunk.stop)):
        part = chunk.between(start, gap.start)
        if part is not None:
            inside = tuple(span for span in short if span.overlap(part.span))
            clipped = tuple(Span(max(span.start, part.start), min(span.stop, part.stop)) for span in inside)
            yield Chunk(part.samples, part.spec, part.start, part.t0_ns, (*part.concealed, *clipped))
        start = max(start, gap.stop)
