"""A logit made into a probability: one slope and one intercept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Platt:
    """``probability = sigmoid(slope * x + intercept)``."""

    slope: float
    intercept: float

    def logit(self, x: Float64) -> Float64:
        """The calibrated logit."""
        return self.slope * x + self.intercept

    def probability(self, x: Float64) -> Float64:
        """The calibrated probability."""
        return sigmoid(self.logit(x))

    def inverse(self, logit: float) -> float:
        """Where the calibrated logit has this value."""
        return (logit - self.intercept) / self.slope


def sigmoid(x: Float64) -> Float64:
    """``1 / (1 + exp(-x))`` that never overflows."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), np.float64)


def log_odds(probability: float) -> float:
    """The logit of a probability."""
    return float(np.log(probability / (1.0 - probability)))


def fit(x: Float64, positive: Bool, weights: Float64 | None = None) -> Platt:
    """The maximum-likelihood slope and intercept, with Platt's targets that keep a separable set finite."""
    slope, intercept = _fitted(np.stack([x], axis=1), positive, weights)
    return Platt(slope, intercept)


def fit_beside(x: Float64, other: Float64, positive: Bool) -> tuple[Platt, float]:
    """The same of two values: the curve of ``x``, and the slope of ``other`` that is added to its logit."""
    slope, other_slope, intercept = _fitted(np.stack([x, other], axis=1), positive, None)
    return Platt(slope, intercept), other_slope


def _fitted(x: Float64, positive: Bool, weights: Float64 | None) -> list[float]:
    """A slope for each column, then the intercept."""
    positives, negatives = positive.sum(), (~positive).sum()
    target = np.where(positive, (positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0))

    def loss(parameters: Float64) -> float:
        z = x @ parameters[:-1] + parameters[-1]
        return float(np.average(np.logaddexp(0.0, z) - target * z, weights=weights))

    found = minimize(loss, np.array([1.0] + [0.0] * x.shape[1]), method="BFGS")
    return [float(parameter) for parameter in found.x]
