"""How good the signal of a running take is, half a second after the other, what spoils it, and what to do about it."""

from collections import deque

from stetho.dsp.spans import PendingSpans
from stetho.events import QualityEvent
from stetho.heart.advice import ADVICE
from stetho.heart.assessment import Quality, Reason
from stetho.heart.steady_cause import SteadyCause
from stetho.heart.summary import BestWindow
from stetho.stream import Chunk, Span, StreamSpec

LINK_OVER_S = 5.0
"""What was lost or filled in over as long as a window lasts spoils that window, where no half second of it need be poor."""


class LiveQuality:
    """Chunks and qualities of one take in, events out."""

    def __init__(self, spec: StreamSpec, take_start: int, take: int, most_lost: float) -> None:
        """most_lost: the share of lost and concealed samples that a window may have."""
        self._spec, self._start, self._take, self._most_lost = spec, take_start, take, most_lost
        self._steady, self._best = SteadyCause(), BestWindow()
        self._good = 0
        self._concealed = PendingSpans()
        self._lost: deque[tuple[int, int]] = deque()
        """Where a stretch ended, and how many of its samples were lost or filled in."""

    def chunk(self, chunk: Chunk) -> None:
        """The next samples, of which some may be filled in."""
        self._concealed.add(chunk.concealed)

    def heard(self, quality: Quality) -> QualityEvent:
        """The next half second."""
        self._best.add(quality)
        self._good += len(quality.span) if quality.usable else 0
        lost = sum(len(hole) for hole in self._concealed.take(quality.span.stop))
        if self._lost_share(quality.span.stop, lost) > self._most_lost:
            cause = self._steady.hear(Reason.LINK_LOSS)
        else:
            cause = self._steady.hear(None if quality.usable else quality.reasons[0])
        return self._event(quality.span.stop, quality, cause)

    def missing(self, span: Span) -> QualityEvent:
        """Samples that did not come in time: they are no quality of what was heard, but a half second like any other."""
        cause = Reason.LINK_LOSS
        said = self._steady.hear(cause)
        if self._lost_share(span.stop, len(span)) > self._most_lost:
            said = self._steady.insist(cause)
        return self._event(span.stop, _nothing(span), said)

    def silent(self, at: int) -> QualityEvent:
        """The link says that nothing comes any more."""
        return self._event(at, _nothing(Span(at, at)), self._steady.insist(Reason.LINK_LOSS))

    def _lost_share(self, stop: int, lost: int) -> float:
        room = LINK_OVER_S * self._spec.rate_hz
        self._lost.append((stop, lost))
        while self._lost[0][0] <= stop - room:
            self._lost.popleft()
        return min(1.0, sum(count for _, count in self._lost) / room)

    def _event(self, stop: int, quality: Quality, cause: Reason | None) -> QualityEvent:
        best = self._best.span
        return QualityEvent(
            self._spec.seconds(stop),
            quality.usable,
            quality.score,
            tuple(quality.reasons),
            self._spec.seconds(self._good),
            self._take,
            quality.disturbance,
            cause,
            None if cause is None else ADVICE[cause],
            None if best is None else (self._second(best.start), self._second(best.stop)),
        )

    def _second(self, sample: int) -> float:
        return self._spec.seconds(sample - self._start)


def _nothing(span: Span) -> Quality:
    return Quality(span, 0.0, usable=False, reasons=(Reason.LINK_LOSS,), disturbance=Reason.LINK_LOSS)
