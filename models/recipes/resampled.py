"""Figures of people drawn again and again, all conditions with the same draws, so that differences are paired."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from metrics import RESAMPLES, SEED, Figure

Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


def figure_of(draws: Float64) -> Figure:
    """The value of all people, which is the first draw, and 2.5 % and 97.5 % of the others."""
    if np.isnan(draws[0]):
        return Figure(np.nan, np.nan, np.nan)
    low, high = np.nanpercentile(draws[1:], [2.5, 97.5])
    return Figure(float(draws[0]), float(low), float(high))


class Resampled:
    """Draws of whole people. Every measure is an array of `RESAMPLES` + 1 draws, the first of which takes each once."""

    def __init__(self, people: Sequence[str]) -> None:
        """people: the owner of each item, in the order of the arrays that the measures are given."""
        names, owner = np.unique(np.asarray(people), return_inverse=True)
        generator = np.random.default_rng(SEED)
        drawn = generator.multinomial(len(names), np.full(len(names), 1.0 / len(names)), RESAMPLES)
        self._weights = np.concatenate([np.ones((1, len(names))), drawn])[:, owner]

    def share(self, true: Bool, among: Bool) -> Float64:
        """The share of ``true`` among some items."""
        with np.errstate(invalid="ignore"):
            return np.asarray((self._weights @ (true & among)) / (self._weights @ among))

    def auroc(self, positive: Bool, x: Float64, among: Bool) -> Float64:
        """Area under the receiver operating curve over some items; equal scores count by half."""
        places = np.flatnonzero(among)
        places = places[np.argsort(x[places], kind="stable")]
        if not len(places):
            return np.full(len(self._weights), np.nan)
        starts = np.flatnonzero(np.diff(x[places], prepend=-np.inf))
        weights = self._weights[:, places]
        risen = np.add.reduceat(weights * positive[places], starts, axis=1)
        fallen = np.add.reduceat(weights * ~positive[places], starts, axis=1)
        below = np.cumsum(fallen, axis=1) - 0.5 * fallen
        with np.errstate(invalid="ignore"):
            return np.asarray((risen * below).sum(axis=1) / (risen.sum(axis=1) * fallen.sum(axis=1)))
