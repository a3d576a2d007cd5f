"""From half seconds to a window and to a recording: may it be judged, and if not, why."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from stetho.heart.assessment import Quality, Reason
from stetho.stream import Span

MOST_POOR = 0.25
BEST_HALVES = 10
"""The best window of a take is as long as those that the network reads: 5 s."""


@dataclass(frozen=True, slots=True)
class QualitySummary:
    """A whole recording's quality: usable when at least half of it is; reasons, those that spoil most of it first.

    good: samples of its usable half seconds. best: see `BestWindow`.
    """

    usable: bool
    score: float
    reasons: tuple[Reason, ...] = ()
    good: int = 0
    best: Span | None = None


class BestWindow:
    """The best 5 s of a take so far: unbroken, no more than a quarter of them poor, and of the highest mean score.

    Half seconds in, in order; of equals the first. Memory is bounded.
    """

    def __init__(self) -> None:
        self._recent: deque[Quality] = deque(maxlen=BEST_HALVES)
        self._score = 0.0
        self.span: Span | None = None
        """In source samples; None while there is none."""

    def add(self, quality: Quality) -> None:
        """The next half second."""
        if self._recent and self._recent[-1].span.stop != quality.span.start:
            self._recent.clear()
        self._recent.append(quality)
        poor = sum(not one.usable for one in self._recent)
        if len(self._recent) < BEST_HALVES or poor > MOST_POOR * BEST_HALVES or any(one.broken for one in self._recent):
            return
        score = sum(one.score for one in self._recent)
        if self.span is None or score > self._score:
            self._score, self.span = score, Span(self._recent[0].span.start, quality.span.stop)


def poor_cause(qualities: Sequence[Quality], span: Span) -> str:
    """Why `span` can't be used: the most frequent reason, or "" where no more than a quarter of it is poor.

    Samples that are no numbers are never outweighed: with one in the span, or in what a mel frame looks back on before
    it, the cause is link_loss.
    """
    over = [quality for quality in qualities if quality.span.overlap(span)]
    if any(quality.broken and _reaches(quality.span, span) for quality in qualities):
        return Reason.LINK_LOSS.value
    poor = [quality for quality in over if not quality.usable]
    return _most_frequent(poor) if len(poor) > MOST_POOR * len(over) else ""


def usable_over(qualities: Sequence[Quality], span: Span) -> bool:
    """Whether no more than a quarter of what was measured in `span` is poor."""
    return poor_cause(qualities, span) == ""


def summarize(qualities: Sequence[Quality]) -> QualitySummary:
    """The quality of a recording: the mean score, and whether half of it is usable. Nothing measured is not usable."""
    if not qualities:
        return QualitySummary(usable=False, score=0.0, reasons=())
    poor = [quality for quality in qualities if not quality.usable]
    usable = 2 * len(poor) <= len(qualities)
    score = sum(quality.score for quality in qualities) / len(qualities)
    counts = {reason: sum(reason in quality.reasons for quality in poor) for reason in Reason}
    named = sorted((r for r in Reason if counts[r] > MOST_POOR * len(qualities)), key=lambda r: -counts[r])
    if not usable and not named:
        named = [Reason(_most_frequent(poor))]
    best = BestWindow()
    for quality in qualities:
        best.add(quality)
    good = sum(len(quality.span) for quality in qualities if quality.usable)
    return QualitySummary(usable, score, tuple(named), good, best.span)


def _most_frequent(poor: Sequence[Quality]) -> str:
    causes = [reason for quality in poor for reason in quality.reasons]
    return max(Reason, key=causes.count).value


def _reaches(broken: Span, span: Span) -> bool:
    """Whether a frame of `span` may hold a sample of `broken`: frames look back 44 ms, and the decimator 6 ms around."""
    near = len(broken) // 8
    return broken.start < span.stop + near and span.start < broken.stop + near
