"""Concealed spans that wait until the output they belong to is ready."""

from stetho.stream import Span


class PendingSpans:
    """A queue of marked spans, in order; a stage with a delay adds what came in and takes what goes out."""

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def __bool__(self) -> bool:
        return bool(self._spans)

    def add(self, spans: tuple[Span, ...]) -> None:
        """Appends spans; one that touches the last is joined to it, so that cuts leave no trace."""
        for span in spans:
            if self._spans and span.start <= self._spans[-1].stop:
                last = self._spans.pop()
                self._spans.append(Span(last.start, max(last.stop, span.stop)))
            else:
                self._spans.append(span)

    def take(self, stop: int) -> tuple[Span, ...]:
        """Removes and gives what lies before `stop`; a span across it is cut there."""
        if not self._spans:
            return ()
        taken = tuple(Span(s.start, min(s.stop, stop)) for s in self._spans if s.start < stop)
        self._spans = [Span(max(s.start, stop), s.stop) for s in self._spans if s.stop > stop]
        return taken

    def clear(self) -> None:
        self._spans.clear()
