"""When in the beat the model hears a murmur: in systole, in diastole, or in both. Pure arithmetic.

The network gives two independent log-odds a window (both may be high), the manifest's `[timing]` calibrates them. They
say too how sure the network is that there is a murmur at all, which is decided elsewhere: what tells a diastolic one is
how its log-odds stand against the systolic ones.
Nothing is said where either is missing: a model without them is a whole model. Nor is it where S1 and S2 are not told apart
surely: the network is deceived by the same sounds as the beats are, and then says systole of a murmur in diastole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

from stetho.inference.manifest import TimingRule
from stetho.inference.phase_certainty import PhaseDoubt, phase_doubt
from stetho.inference.probability import probability


class Timing(StrEnum):
    """The half of the beat in which a murmur lies."""

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class TimingLogits:
    """The network's own log-odds of one window: a murmur in systole, a murmur in diastole. Not calibrated."""

    systolic: float
    diastolic: float


@dataclass(frozen=True, slots=True)
class TimingOdds:
    """Calibrated log-odds (natural logarithm) over a take, each for itself: they need not add up to anything."""

    systolic: float
    diastolic: float

    def to_json(self) -> dict[str, Any]:
        return {
            "systolic_probability": probability(self.systolic),
            "diastolic_probability": probability(self.diastolic),
        }


def timing_odds(windows: Iterable[TimingLogits | None], rule: TimingRule | None) -> TimingOdds | None:
    """The odds of the mean over windows. None without a rule, without a window, or where one has no logits."""
    found: Sequence[TimingLogits | None] = tuple(windows)
    known = [logits for logits in found if logits is not None]
    if rule is None or not known or len(known) < len(found):
        return None
    return TimingOdds(
        rule.systolic(fmean(logits.systolic for logits in known)),
        rule.diastolic(fmean(logits.diastolic - logits.systolic for logits in known)),
    )


def said_timing(
    odds: TimingOdds | None, rule: TimingRule | None, beat_confidence: float
) -> tuple[Timing | None, PhaseDoubt | None]:
    """What may be said, and why what the network tells is not. beat_confidence: the heart rate's, 0..1."""
    told = _told(odds, rule)
    doubt = None if told is None else phase_doubt(beat_confidence)
    return (told, None) if doubt is None else (None, doubt)


def _told(odds: TimingOdds | None, rule: TimingRule | None) -> Timing | None:
    """Each half that reaches its own threshold; None where neither does."""
    if odds is None or rule is None:
        return None
    systolic = probability(odds.systolic) >= rule.systolic_certain
    diastolic = probability(odds.diastolic) >= rule.diastolic_certain
    if systolic and diastolic:
        return Timing.BOTH
    if systolic or diastolic:
        return Timing.SYSTOLIC if systolic else Timing.DIASTOLIC
    return None
