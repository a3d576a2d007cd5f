"""What came of making one stored result again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from stetho.notice import INVESTIGATIONAL
from stetho.reproduce.difference import Difference

SCHEMA = 1
MOST_NAMED = 50


class Outcome(StrEnum):
    """How a stored result stands.

    identical: in everything. reproduced: made elsewhere, the same label, figures within the rule. refused: another model
    or calibration, so that nothing can be compared. nothing: there was no result, only a recording that could not be
    read. unusable: the line is no result.
    """

    IDENTICAL = "identical"
    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not_reproduced"
    REFUSED = "refused"
    NOTHING = "nothing"
    UNUSABLE = "unusable"


class Reason(StrEnum):
    """Why a result was not reproduced, or not even tried."""

    LABEL = "label"
    PROBABILITY = "probability"
    SAME_ENVIRONMENT = "same_environment"
    OTHER_AUDIO = "other_audio"
    OTHER_HOLES = "other_holes"
    NOT_FOUND = "not_found"
    UNREADABLE = "unreadable"
    NO_PROVENANCE = "no_provenance"
    ITS_RECORDINGS = "its_recordings"
    OTHER_MODEL = "other_model"
    OTHER_CALIBRATION = "other_calibration"
    WAS_NOT_READ = "was_not_read"
    NO_RESULT = "no_result"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the results: `kind` is recording, exam or line, and `name` says which.

    detail: more about the reason, for people. differences: the first of them; `more` counts the others. environment:
    what of software and machine is another now. notice: what has to stand beside the labels in here. The largest differences are those of the
    verdict's probabilities, and of any window's.
    """

    kind: str
    name: str
    outcome: Outcome
    reason: Reason | None = None
    detail: str | None = None
    largest_difference: float | None = None
    largest_window_difference: float | None = None
    differences: tuple[Difference, ...] = ()
    more: int = 0
    environment: tuple[Difference, ...] = ()
    notice: str = INVESTIGATIONAL

    def to_json(self) -> Mapping[str, Any]:
        """The object of `reproduce --json` (docs/schemas/reproduce.schema.json)."""
        return {
            self.kind: int(self.name) if self.kind == "line" else self.name,
            "outcome": self.outcome.value,
            "reason": None if self.reason is None else self.reason.value,
            "detail": self.detail,
            "largest_difference": self.largest_difference,
            "largest_window_difference": self.largest_window_difference,
            "differences": [difference.to_json() for difference in self.differences],
            "differences_more": self.more,
            "environment": [difference.to_json() for difference in self.environment],
            "notice": self.notice,
            "schema": SCHEMA,
        }


def named(found: Iterable[Difference]) -> tuple[tuple[Difference, ...], int]:
    """The first differences, and how many others there are: a hostile file may have millions."""
    rest = iter(found)
    return tuple(islice(rest, MOST_NAMED)), sum(1 for _ in rest)
