"""What was said of recordings or of exams beside their labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stetho.evaluation.measures import Bool, Float64, Words
from stetho.inference.verdict import Label

LABELS = (Label.PRESENT, Label.UNKNOWN, Label.ABSENT)


@dataclass(frozen=True, slots=True)
class Case:
    """One recording or exam. truth: its label. groups: the value of each column that subgroups are made by."""

    person: str
    truth: Label
    said: Label
    probability: float | None
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases as columns, (n,) each. probability: NaN where none was given, which is never a 0."""

    people: Words
    truth: Words
    said: Words
    probability: Float64
    groups: tuple[Mapping[str, str], ...]

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def judged(self) -> Bool:
        """Those that the expert could judge."""
        return self.truth != Label.UNKNOWN.value

    @property
    def decided(self) -> Bool:
        """Those that the model did not call unknown."""
        return self.said != Label.UNKNOWN.value

    @property
    def scored(self) -> Bool:
        """Those with a probability."""
        return ~np.isnan(self.probability)

    def true(self, label: Label) -> Bool:
        return self.truth == label.value

    def called(self, label: Label) -> Bool:
        return self.said == label.value

    def of(self, chosen: Bool) -> "Cases":
        """These alone. chosen: (n,)."""
        groups = tuple(group for group, use in zip(self.groups, chosen, strict=True) if use)
        return Cases(self.people[chosen], self.truth[chosen], self.said[chosen], self.probability[chosen], groups)

    def group(self, column: str) -> npt.NDArray[np.str_]:
        """Each one's value in a column; "" where it has none."""
        return _words([group.get(column, "") for group in self.groups])


def as_columns(cases: Iterable[Case]) -> Cases:
    """The same cases, in order."""
    rows = list(cases)
    return Cases(
        people=_words([case.person for case in rows]),
        truth=_words([case.truth.value for case in rows]),
        said=_words([case.said.value for case in rows]),
        probability=np.array([np.nan if case.probability is None else case.probability for case in rows], np.float64),
        groups=tuple(case.groups for case in rows),
    )


def _words(values: Sequence[str]) -> Words:
    return np.array(values, dtype=str) if values else np.zeros(0, dtype="<U1")
