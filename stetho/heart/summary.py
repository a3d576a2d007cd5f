"""From half seconds to a window and to a recording: may it be judged, and if not, why."""

from collections.abc import Sequence
from dataclasses import dataclass

from stetho.heart.assessment import Quality, Reason
from stetho.stream import Span

MOST_POOR = 0.25


@dataclass(frozen=True, slots=True)
class QualitySummary:
    """A whole recording's quality: usable when at least half of it is; reasons, those that spoil most of it first."""

    usable: bool
    score: float
    reasons: tuple[Reason, ...] = ()


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
    return QualitySummary(usable, score, tuple(named))


def _most_frequent(poor: Sequence[Quality]) -> str:
    causes = [reason for quality in poor for reason in quality.reasons]
    return max(Reason, key=causes.count).value


def _reaches(broken: Span, span: Span) -> bool:
    """Whether a frame of `span` may hold a sample of `broken`: frames look back 44 ms, and the decimator 6 ms around."""
    near = len(broken) // 8
    return broken.start < span.stop + near and span.start < broken.stop + near
