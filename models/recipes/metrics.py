"""Figures of merit, each with an interval over people."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]

RESAMPLES = 2000
SEED = 1
Z95 = 1.959964
Measure = Callable[[Int64], float]
"""Of the items with these places; one that is named twice counts twice."""


@dataclass(frozen=True)
class Figure:
    """A value and the ends of its 95 % interval; these are not numbers where it has none."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if math.isnan(self.low):
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


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
    draws = [float(np.mean([measure(items) for measure in measures])) for items in _resamples(tuple(people))]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    each = tuple(float(measure(np.arange(len(people)))) for measure in measures)
    return Seeded(Figure(float(np.mean(each)), float(low), float(high)), each)


@lru_cache(maxsize=4)
def _resamples(people: tuple[str, ...]) -> list[Int64]:
    names, owner = np.unique(np.asarray(people), return_inverse=True)
    items = [np.flatnonzero(owner == index) for index in range(len(names))]
    generator = np.random.default_rng(SEED)
    draws = (generator.integers(len(names), size=len(names)) for _ in range(RESAMPLES))
    return [np.concatenate([items[index] for index in chosen]) for chosen in draws]


def wilson(hits: float, total: int) -> Figure:
    """A share with Wilson's interval (1927). ``hits`` may be a mean over seeds; items count as independent."""
    if not total:
        return Figure(float("nan"), float("nan"), float("nan"))
    share, z2 = hits / total, Z95**2 / total
    centre = (share + z2 / 2) / (1 + z2)
    half = Z95 * np.sqrt(share * (1 - share) / total + z2 / (4 * total)) / (1 + z2)
    return Figure(share, float(max(centre - half, 0.0)), float(min(centre + half, 1.0)))


def auroc(positive: Bool, x: Float64) -> float:
    """Area under the receiver operating curve; not a number where only one class is there."""
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(x)[positive].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def weighted_accuracy(truth: Labels, said: Labels) -> float:
    """The PhysioNet/CinC Challenge 2022 score of murmurs: a missed murmur costs 5, a missed unknown 3, an absent 1."""
    weights = {"present": 5.0, "unknown": 3.0, "absent": 1.0}
    right = sum(weight * ((truth == label) & (said == label)).sum() for label, weight in weights.items())
    return float(right / sum(weight * (truth == label).sum() for label, weight in weights.items()))


def calibration_error(positive: Bool, probability: Float64, bins: int = 10) -> float:
    """Expected calibration error over ``bins`` of equal count, which unlike bins of equal width are never empty."""
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, bins)
    gaps = [abs(positive[part].mean() - probability[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(order))


def calibration_error_by_chance(probability: Float64, draws: int = 200) -> float:
    """What the error of so many items is on average where every probability is true: it is never 0."""
    generator = np.random.default_rng(SEED)
    return float(
        np.mean(
            [calibration_error(generator.random(len(probability)) < probability, probability) for _ in range(draws)]
        )
    )


def brier(positive: Bool, probability: Float64) -> float:
    """The mean squared error of a probability."""
    return float(np.mean((positive - probability) ** 2))


def sensitivity_at(positive: Bool, x: Float64, specificity: float) -> float:
    """Sensitivity at the threshold that lets ``specificity`` of the negatives pass."""
    threshold = np.quantile(x[~positive], specificity)
    return float((x[positive] > threshold).mean())


def share(chosen: Bool) -> float:
    """Of what there is; not a number of nothing."""
    return float(chosen.mean()) if len(chosen) else float("nan")
