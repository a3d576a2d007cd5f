"""The same figures of parts of the people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stetho.evaluation.cases import Cases
from stetho.evaluation.level import Level, essential_figures


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Those with one value in one column."""

    column: str
    value: str
    level: Level

    def to_json(self) -> dict[str, Any]:
        return {"column": self.column, "value": self.value, **self.level.to_json()}


def subgroups(cases: Cases, columns: Sequence[str]) -> Iterator[Subgroup]:
    """By column, and then by value. A column that differs within an exam is none of exams."""
    for column in columns:
        if len(cases) and all(column in groups for groups in cases.groups):
            values = cases.group(column)
            for value in np.unique(values):
                yield Subgroup(column, str(value), essential_figures(cases.of(values == value)))
