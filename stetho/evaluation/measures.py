"""Measures of agreement between labels and what was said: numpy alone, no interval, nothing about people."""

from typing import Any

import numpy as np
import numpy.typing as npt

Bool = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]
Words = npt.NDArray[np.str_]

CHALLENGE_WEIGHTS = {"present": 5.0, "unknown": 3.0, "absent": 1.0}


def auroc(positive: Bool, x: npt.NDArray[Any]) -> float:
    """Area under the receiver operating curve: the chance that a positive has the larger `x`, ties counted half.

    positive, x: (n,). Not a number where only one class is there. (Mann and Whitney 1947.)
    """
    others = np.sort(x[~positive])
    own = x[positive]
    if not others.size or not own.size:
        return float("nan")
    below, up_to = np.searchsorted(others, own, "left"), np.searchsorted(others, own, "right")
    return float((below + up_to).mean() / (2 * others.size))


def brier(positive: Bool, probability: Float64) -> float:
    """Mean squared distance of the probabilities from what was true, (n,) each; 0 is best (Brier 1950)."""
    return float(np.mean((probability - positive) ** 2)) if positive.size else float("nan")


def calibration_error(positive: Bool, probability: Float64, bins: int = 10) -> float:
    """Expected calibration error: mean distance between the probabilities of a bin and the share that was positive.

    The bins hold equal counts, and so are never empty, unlike those of equal width; there are no more of them than
    items (Naeini et al. 2015). By chance alone it is well above 0 in a small group.
    """
    if not positive.size:
        return float("nan")
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, min(bins, order.size))
    gaps = [abs(float(positive[part].mean() - probability[part].mean())) * part.size for part in parts]
    return sum(gaps) / order.size


def weighted_accuracy(truth: Words, said: Words) -> float:
    """The murmur score of the PhysioNet/CinC Challenge 2022: (5 PP + 3 UU + AA) / (5 P + 3 U + A), (n,) words each."""
    right = sum(weight * ((truth == word) & (said == word)).sum() for word, weight in CHALLENGE_WEIGHTS.items())
    whole = sum(weight * (truth == word).sum() for word, weight in CHALLENGE_WEIGHTS.items())
    return float(right / whole) if whole else float("nan")
