"""What makes the words systolic and diastolic of the network's logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from platt import Platt

from stetho.inference.probability import DECIMALS

Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TimingRule:
    """A curve for each half of the beat, and the probability from which on it is said of a murmur that is present.

    x of systolic is its logit; of diastolic, its logit less the systolic one. Both logits fall where the network is not sure of
    a murmur at all, which is not the question here; their difference does not.
    """

    curves: tuple[Platt, Platt]
    certain: tuple[float, float]

    def said(self, logits: Float64) -> Bool:
        """Which halves are said, ``(n, 2)``."""
        halves = zip(self.curves, self.certain, evidence(logits), strict=True)
        return np.stack([np.round(curve.probability(x), DECIMALS) >= certain for curve, certain, x in halves], axis=1)


def evidence(logits: Float64) -> tuple[Float64, Float64]:
    """What each half's curve is of."""
    return logits[:, 0], logits[:, 1] - logits[:, 0]
