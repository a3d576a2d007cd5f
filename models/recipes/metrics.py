"""Figures of merit, each with an interval over people: those of `stetho evaluate`, over several networks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stetho.evaluation import intervals
from stetho.evaluation.intervals import RESAMPLES, SEED, Interval, bootstrap_by_person
from stetho.evaluation.measures import auroc, brier, calibration_error, weighted_accuracy

__all__ = [
    "RESAMPLES",
    "SEED",
    "Figure",
    "Seeded",
    "auroc",
    "brier",
    "calibration_error",
    "calibration_error_by_chance",
    "figure",
    "over_seeds",
    "sensitivity_at",
    "share",
    "weighted_accuracy",
    "wilson",
    "wilson_by_person",
]

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

Measure = Callable[[Int64], float]
"""Of the items with these places; one that is named twice counts twice."""


@dataclass(frozen=True)
class Figure(Interval):
    """A value and the ends of its 95 % interval; these are not numbers where it has none."""

    def __str__(self) -> str:
        return f"{self.value:.3f}" if math.isnan(self.low) else super().__str__()


@dataclass(frozen=True)
class Seeded:
    """The mean over the networks of several seeds, with its interval over people; ``each``: every seed's own value."""

    mean: Figure
    each: tuple[float, ...]


def figure(people: Sequence[str], measure: Measure) -> Figure:
    """``measure`` of all items and of resamples of whole people: items of one person are not independent."""
    return over_seeds(people, [measure]).mean


def over_seeds(people: Sequence[str], measures: Sequence[Measure]) -> Seeded:
    """The mean of ``measures``, one a seed, all of the same items; in each resample they see the same people."""
    found = bootstrap_by_person(people, lambda items: float(np.mean([measure(items) for measure in measures])))
    each = tuple(float(measure(np.arange(len(people)))) for measure in measures)
    return Seeded(_figure(found), each)


def wilson(hits: float, total: int) -> Figure:
    """A share with Wilson's interval (1927), of independent items; of none, not a number."""
    return _figure(intervals.wilson(hits, total)) if total else Figure(math.nan, math.nan, math.nan)


def wilson_by_person(hit: Bool, people: Sequence[str]) -> Figure:
    """A share with Wilson's interval of as many items as these people amount to. An item that several networks have judged is
    there as often, and no surer for it. Of none, not a number."""
    return _figure(intervals.wilson_by_person(hit, people)) if hit.size else Figure(math.nan, math.nan, math.nan)


def _figure(found: Interval) -> Figure:
    return Figure(found.value, found.low, found.high)


def calibration_error_by_chance(probability: Float64, draws: int = 200) -> float:
    """What the error of so many items is on average where every probability is true: it is never 0."""
    generator = np.random.default_rng(SEED)
    return float(
        np.mean(
            [calibration_error(generator.random(len(probability)) < probability, probability) for _ in range(draws)]
        )
    )


def sensitivity_at(positive: Bool, x: Float64, specificity: float) -> float:
    """Sensitivity at the threshold that lets ``specificity`` of the negatives pass."""
    threshold = np.quantile(x[~positive], specificity)
    return float((x[positive] > threshold).mean())


def share(chosen: Bool) -> float:
    """Of what there is; not a number of nothing."""
    return float(chosen.mean()) if len(chosen) else float("nan")
