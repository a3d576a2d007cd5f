"""Figures of merit, each with an interval over people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

RESAMPLES = 2000
SEED = 1


@dataclass(frozen=True)
class Figure:
    """A value and the 2.5 % and 97.5 % points of its bootstrap."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def figure(people: Sequence[str], measure: Callable[[Int64], float]) -> Figure:
    """``measure`` of all items and of resamples of whole people: items of one person are not independent."""
    names, owner = np.unique(np.asarray(people), return_inverse=True)
    items = [np.flatnonzero(owner == index) for index in range(len(names))]
    generator = np.random.default_rng(SEED)
    draws = []
    for _ in range(RESAMPLES):
        chosen = generator.integers(len(names), size=len(names))
        draws.append(measure(np.concatenate([items[index] for index in chosen])))
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Figure(measure(np.arange(len(owner))), float(low), float(high))


def auroc(positive: Bool, x: Float64) -> float:
    """Area under the receiver operating curve; not a number where only one class is there."""
    if positive.all() or not positive.any():
        return float("nan")
    return float(roc_auc_score(positive, x))


def weighted_accuracy(truth: npt.NDArray[np.str_], said: npt.NDArray[np.str_]) -> float:
    """The PhysioNet/CinC Challenge 2022 score of murmurs: a missed murmur costs 5, a missed unknown 3, an absent 1."""
    weights = {"present": 5.0, "unknown": 3.0, "absent": 1.0}
    right = sum(weight * ((truth == label) & (said == label)).sum() for label, weight in weights.items())
    return float(right / sum(weight * (truth == label).sum() for label, weight in weights.items()))


def calibration_error(positive: Bool, probability: Float64, bins: int = 10) -> float:
    """Expected calibration error over ``bins`` of equal count, which unlike bins of equal width are never empty."""
    order = np.argsort(probability)
    parts = np.array_split(order, bins)
    gaps = [abs(positive[part].mean() - probability[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(order))


def sensitivity_at(positive: Bool, x: Float64, specificity: float) -> float:
    """Sensitivity at the threshold that lets ``specificity`` of the negatives pass."""
    threshold = np.quantile(x[~positive], specificity)
    return float((x[positive] > threshold).mean())
