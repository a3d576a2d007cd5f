"""What became of one rule."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """Passed and failed are judged; skipped is not, and says why."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """One check of one rule. reason: why it failed or was skipped, else None. seen: what the device did."""

    rule: str
    title: str
    outcome: Outcome
    reason: str | None = None
    seen: str = ""
    duration_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "title": self.title,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "seen": self.seen,
            "duration_s": round(self.duration_s, 3),
            "schema": 1,
        }


class RuleBrokenError(Exception):
    """A check found the device to break its rule. Never leaves the suite: it becomes a failed Result."""

    def __init__(self, reason: str, seen: str = "") -> None:
        super().__init__(reason)
        self.seen = seen


class NotJudgedError(Exception):
    """A check can't judge this device, or not over this link. Becomes a skipped Result."""


class NoStreamError(NotJudgedError):
    """The device started no stream, so nothing can be said about one. Rule T1 makes a failure of it."""


class SilentError(Exception):
    """The link is open, and the device answers no HELLO any more. The suite ends with it."""
