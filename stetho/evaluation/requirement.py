"""What a site asks of the figures before it goes live: `--require sensitivity=0.85`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stetho.errors import ConfigError
from stetho.evaluation.figure import Figure
from stetho.evaluation.level import Level
from stetho.exam.verdict import Policy

AT_LEAST = (
    *("sensitivity", "specificity", "auroc", "auroc_against_rest"),
    *("decided_sensitivity", "decided_specificity", "decided_coverage"),
    *("positive_predictive_value", "negative_predictive_value", "weighted_accuracy"),
)
AT_MOST = ("unknown_share", "false_alarm_share", "brier", "calibration_error")
EXAM, RECORDING = "exam", "recording"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A limit of one figure, of exams or of recordings; `at_most` where less is better."""

    level: str
    figure: str
    limit: float

    @property
    def at_most(self) -> bool:
        return self.figure in AT_MOST

    def judge(self, levels: Mapping[str, Level]) -> "Judged":
        return Judged(self, levels[self.level].figures[self.figure])


@dataclass(frozen=True, slots=True)
class Judged:
    """A requirement and what was found. The value itself is judged, and its interval stands beside it."""

    requirement: Requirement
    found: Figure

    @property
    def met(self) -> bool:
        """Not met by a figure of too few people: it has not been shown."""
        if self.found.value is None:
            return False
        limit = self.requirement.limit
        return self.found.value <= limit if self.requirement.at_most else self.found.value >= limit

    def to_json(self) -> dict[str, Any]:
        asked = self.requirement
        return {
            "level": asked.level,
            "figure": asked.figure,
            "rule": "at_most" if asked.at_most else "at_least",
            "limit": asked.limit,
            **self.found.to_json(),
            "met": self.met,
        }


def parse_requirement(text: str, policy: Policy) -> Requirement:
    """`sensitivity=0.85` is of exams, `recording.auroc=0.9` of recordings.

    Raises ConfigError with what to write, also for a figure that there is not under this policy.
    """
    name, equals, limit = text.partition("=")
    level, dot, figure = name.strip().rpartition(".")
    level = level if dot else EXAM
    if not equals or level not in {EXAM, RECORDING} or figure not in {*AT_LEAST, *AT_MOST}:
        known = ", ".join((*AT_LEAST, *AT_MOST))
        raise ConfigError(f"--require {text!r} asks for nothing known: write sensitivity=0.85, or another of {known}.")
    try:
        value = float(limit)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise ConfigError(f"--require {text!r} needs a limit between 0 and 1: write {figure}=0.85.")
    if figure == "weighted_accuracy" and (policy is not Policy.CHALLENGE or level != EXAM):
        raise ConfigError(f"--require {text!r} is judged of exams, under --policy challenge alone.")
    return Requirement(level, figure, value)
