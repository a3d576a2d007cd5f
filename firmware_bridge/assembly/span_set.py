"""A set of sample indices, kept as disjoint ranges."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from stetho.stream import Span


class SpanSet:
    """Which samples of a stream are there. Adjacent ranges melt into one, so it stays small while little is lost."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._stops: list[int] = []

    def __iter__(self) -> Iterator[Span]:
        return map(Span, self._starts, self._stops)

    def __len__(self) -> int:
        """How many ranges, not how many samples."""
        return len(self._starts)

    def add(self, span: Span) -> None:
        """Puts a range in; what is there already stays."""
        if not len(span):
            return
        first = bisect_left(self._stops, span.start)
        last = bisect_right(self._starts, span.stop)
        start, stop = span.start, span.stop
        if first < last:
            start = min(start, self._starts[first])
            stop = max(stop, self._stops[last - 1])
        self._starts[first:last] = [start]
        self._stops[first:last] = [stop]

    def gaps(self, span: Span) -> list[Span]:
        """The parts of a range that are not there, in order."""
        missing = []
        at = span.start
        for i in range(bisect_right(self._stops, span.start), len(self._starts)):
            if self._starts[i] >= span.stop:
                break
            if at < self._starts[i]:
                missing.append(Span(at, self._starts[i]))
            at = self._stops[i]
        if at < span.stop:
            missing.append(Span(at, span.stop))
        return missing

    def covers(self, span: Span) -> bool:
        """Whether all of a range is there."""
        i = bisect_right(self._starts, span.start) - 1
        return not len(span) or (i >= 0 and self._stops[i] >= span.stop)

    def reach(self, start: int) -> int:
        """Up to where everything from `start` on is there; `start` itself where it is not."""
        i = bisect_right(self._starts, start) - 1
        return max(start, self._stops[i]) if i >= 0 else start

    def forget_before(self, index: int) -> None:
        """Drops whole ranges that end at or before an index nobody will ask for again."""
        drop = bisect_right(self._stops, index)
        if drop:
            del self._starts[:drop], self._stops[:drop]
