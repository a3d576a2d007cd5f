"""One beat on the common grid, on which beats of any length lie over each other.

The warp is piecewise linear between the onsets of S1, systole, S2, diastole and the next S1, so that a longer diastole
moves no sound of systole.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stetho.heart.band_levels import BANDS_HZ, CENTRE_S, FRAME_S
from stetho.heart.cycles import Cycle
from stetho.heart.parts import PARTS, part_edges

F64 = npt.NDArray[np.float64]

POINTS = (8, 16, 8, 32)
"""Points of the average over S1, systole, S2 and diastole: about one a frame at 75 bpm."""
N_POINTS = sum(POINTS)
POINTS_A_PART = 6


@dataclass(frozen=True, slots=True, eq=False)
class AlignedBeat:
    """A beat on the common grid. levels_db: float64 (4, 64), each band of `BANDS_HZ` at each point; parts_db: float64
    (4, 8), mean power over each of `PARTS`. Both NaN where a frame is missing.
    """

    cycle: Cycle
    levels_db: F64
    parts_db: F64

    @property
    def durations_s(self) -> F64:
        """Of S1, systole, S2 and diastole."""
        return np.diff(self.cycle.edges_s)


def _fractions() -> tuple[npt.NDArray[np.int64], F64]:
    """State, and place in it (0..1), of each point of the grid."""
    states = np.repeat(np.arange(4), POINTS)
    places = np.concatenate([(np.arange(count) + 0.5) / count for count in POINTS])
    return states, places


POINT_STATES, POINT_PLACES = _fractions()
_PART_PLACES = (np.arange(POINTS_A_PART) + 0.5) / POINTS_A_PART


def frames_of(cycle: Cycle) -> tuple[int, int]:
    """The frames [first, stop) of the take that a beat is read from: those around its points."""
    first = int(np.floor((cycle.start_s - CENTRE_S) / FRAME_S))
    return max(0, first), int(np.floor((cycle.stop_s - CENTRE_S) / FRAME_S)) + 2


def align(levels_db: F64, first_frame: int, cycle: Cycle) -> AlignedBeat:
    """A beat on the grid. levels_db: float64 (4, n), `band_levels` of the take from frame `first_frame` on."""
    edges_s = np.array(cycle.edges_s)
    grid_s = edges_s[POINT_STATES] + POINT_PLACES * np.diff(edges_s)[POINT_STATES]
    parts = part_edges(cycle.edges_s)
    parts_s = (parts[:, :1] + parts[:, 1:] * _PART_PLACES).ravel()
    values = _at(levels_db, first_frame, np.concatenate((grid_s, parts_s)))
    by_part = values[:, N_POINTS:].reshape(len(BANDS_HZ), len(PARTS), POINTS_A_PART)
    power = np.add.reduce(10.0 ** (0.1 * by_part), axis=2) / POINTS_A_PART
    return AlignedBeat(cycle, values[:, :N_POINTS], 10.0 * np.log10(power))


def _at(levels_db: F64, first_frame: int, times_s: F64) -> F64:
    """Levels between frames, float64 (4, k); NaN beside the frames that are there."""
    at = (times_s - CENTRE_S) / FRAME_S - first_frame
    below = np.floor(at).astype(np.int64)
    share = at - below
    inside = (below >= 0) & (below + 1 < levels_db.shape[1])
    if not inside.any():
        return np.full((len(BANDS_HZ), times_s.size), np.nan)
    low = np.where(inside, below, 0)
    values = levels_db[:, low] * (1.0 - share) + levels_db[:, np.where(inside, below + 1, 0)] * share
    return np.where(inside, values, np.nan)
