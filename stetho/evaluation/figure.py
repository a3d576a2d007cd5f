"""One figure as it is reported: a value with its interval and its counts, or why there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stetho.evaluation.intervals import Int64, Interval, auroc_by_person, bootstrap_by_person, wilson_by_person
from stetho.evaluation.measures import Bool, Float64, Words

LEAST_PEOPLE = 5
"""A figure of a class with fewer people is refused: a single one of them would decide it."""
TOO_FEW = "too_few"
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """`n` items of so many people.

    value: a share or an area under a curve, 0..1, or a mean, of no unit (Brier's score, a calibration error); None where the
    people are too few. interval: 95 %, of the same; None where it would say nothing.
    """

    n: int
    people: int
    value: float | None = None
    interval: Interval | None = None

    @property
    def known(self) -> bool:
        return self.value is not None

    def to_json(self) -> dict[str, Any]:
        """`refused` says why there is no value, else it is null."""
        ends = (None, None) if self.interval is None else (self.interval.low, self.interval.high)
        value, low, high = (None if x is None else round(x, DECIMALS) for x in (self.value, *ends))
        return {
            "value": value,
            "low": low,
            "high": high,
            "n": self.n,
            "people": self.people,
            "refused": None if self.known else TOO_FEW,
        }


def count_people(people: Sequence[str] | Words) -> int:
    """How many different ones there are."""
    return int(np.unique(np.asarray(people, dtype=str)).size)


def share(hit: Bool, people: Sequence[str], *classes: Sequence[str]) -> Figure:
    """The share, 0..1, of `hit`, bool (n,), in items of `people`, (n,).

    classes: the people of further classes that the share rests on; each has to have enough, as these people have.
    """
    known = all(count_people(each) >= LEAST_PEOPLE for each in (people, *classes))
    return _figure(people, wilson_by_person(hit, people) if known else None)


def area(positive: Bool, x: Float64, people: Sequence[str]) -> Figure:
    """The area under the receiver operating curve. positive: (n,); x: float64 (n,), the higher the more likely positive."""
    known = _enough(people, (positive, ~positive))
    return _figure(people, auroc_by_person(positive, x, people) if known else None)


def average(people: Sequence[str], measure: Callable[[Int64], float], *classes: Bool) -> Figure:
    """A mean over items, such as Brier's score, with its bootstrap.

    people: (n,), whose each item is. measure: of the places of items, int64 (m,), each below n. classes: bool (n,) each; each
    has to have enough people.
    """
    return _figure(people, bootstrap_by_person(people, measure) if _enough(people, classes) else None)


def without_interval(people: Sequence[str], measure: Callable[[], float], *classes: Bool) -> Figure:
    """A figure that resampling would only push up further, as it does a calibration error. classes: as for `average`."""
    return Figure(len(people), count_people(people), measure() if _enough(people, classes) else None)


def _enough(people: Sequence[str], classes: Sequence[Bool]) -> bool:
    owner = np.asarray(people, dtype=str)
    return all(count_people(owner[chosen]) >= LEAST_PEOPLE for chosen in classes)


def _figure(people: Sequence[str], interval: Interval | None) -> Figure:
    return Figure(len(people), count_people(people), None if interval is None else interval.value, interval)
