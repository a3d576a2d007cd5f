"""What the figures would mean where murmurs are rarer or more frequent than in the manifest."""

from dataclasses import dataclass
from typing import Any

from stetho.evaluation.intervals import Interval
from stetho.evaluation.level import Level

PREVALENCES = (0.01, 0.05, 0.20)
EXAMS = 100


@dataclass(frozen=True, slots=True)
class AtPrevalence:
    """Of 100 exams that an expert could judge, so many are flagged, and this share of the flags is right.

    The ends take the worse, and the better, end of sensitivity and of false alarms at once: wider than 95 % asks for.
    None where either is not known, or nothing is flagged.
    """

    prevalence: float
    flags: Interval | None
    right_share: Interval | None

    def to_json(self) -> dict[str, Any]:
        return {
            "prevalence": self.prevalence,
            "flags_per_100": _ends(self.flags, 2),
            "right_share": _ends(self.right_share, 4),
        }


def at_prevalences(level: Level) -> tuple[AtPrevalence, ...]:
    """At 1, 5 and 20 %, by Bayes' rule from sensitivity and false alarms (not all that is no alarm was called absent)."""
    hits, alarms = (level.figures[name].interval for name in ("sensitivity", "false_alarm_share"))
    if hits is None or alarms is None:
        return tuple(AtPrevalence(prevalence, None, None) for prevalence in PREVALENCES)
    return tuple(_at(prevalence, hits, alarms) for prevalence in PREVALENCES)


def _at(prevalence: float, hits: Interval, alarms: Interval) -> AtPrevalence:
    def flags(hit: float, alarm: float) -> float:
        return EXAMS * (prevalence * hit + (1 - prevalence) * alarm)

    def right(hit: float, alarm: float) -> float:
        return EXAMS * prevalence * hit / flags(hit, alarm)

    flagged = Interval(flags(hits.value, alarms.value), flags(hits.low, alarms.low), flags(hits.high, alarms.high))
    if flagged.value == 0:
        return AtPrevalence(prevalence, flagged, None)
    # The upper ends of Wilson's intervals are above 0: there is always something to divide by.
    share = Interval(right(hits.value, alarms.value), right(hits.low, alarms.high), right(hits.high, alarms.low))
    return AtPrevalence(prevalence, flagged, share)


def _ends(interval: Interval | None, decimals: int) -> dict[str, float] | None:
    if interval is None:
        return None
    return {end: round(getattr(interval, end), decimals) for end in ("value", "low", "high")}
