"""What the traits of a few seconds speak for: each gives points, by a broken line, and the points are added up.

A heart or none; what an expert calls usable; and what disturbs it. How a verdict came about can be read off trait by
trait in `card_points`.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from stetho.heart.card_points import HEADS, POINTS, START
from stetho.heart.traits import TRAITS, traits
from stetho.stream import Samples

F64 = npt.NDArray[np.float64]

DISTURBANCES = HEADS[3:]
_FIRST_CAUSE = 2


@dataclass(frozen=True, slots=True)
class Opinion:
    """heart: points (log-odds) of a heart against everything else. usable: chance that an expert could use it, 0..1.

    disturbance: what disturbs most, one of `DISTURBANCES`, or "" where nothing does. nearest: the same where something
    has to be named.
    """

    heart: float
    usable: float
    disturbance: str
    nearest: str


def opinion(log_mel: Samples) -> Opinion:
    """Of float32 (40, n) log-mel frames, 145 <= n <= 200: 3 s to 4 s of sound."""
    points = _added(traits(log_mel))
    causes = points[_FIRST_CAUSE:]
    nearest = DISTURBANCES[int(causes[1:].argmax())]
    disturbance = "" if causes[0] >= causes[1:].max() else nearest
    usable = 1.0 / (1.0 + math.exp(-min(60.0, max(-60.0, points[1]))))
    return Opinion(float(points[0]), usable, disturbance, nearest)


@cache
def _tables() -> tuple[F64, F64]:
    """Knots (traits, k) and points (traits, k, heads)."""
    knots = np.array([POINTS[name][0] for name in TRAITS])
    points = np.array([POINTS[name][1:] for name in TRAITS]).transpose(0, 2, 1)
    return knots, points


def _added(values: F64) -> F64:
    """The points of every head; beyond its outer knots a trait gives what it gives there."""
    knots, points = _tables()
    rows = np.arange(len(values))
    bounded = np.clip(values, knots[:, 0], knots[:, -1])
    left = np.minimum((bounded[:, None] >= knots).sum(axis=1), knots.shape[1] - 1) - 1
    share = (bounded - knots[rows, left]) / np.maximum(knots[rows, left + 1] - knots[rows, left], 1e-9)
    given = points[rows, left] * (1.0 - share)[:, None] + points[rows, left + 1] * share[:, None]
    return np.asarray(given.sum(axis=0) + START)
