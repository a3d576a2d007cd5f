"""This patient's average beat: every beat warped to the same lengths of its four states, and laid over the others."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.heart.aligned_beat import POINT_PLACES, POINT_STATES
from stetho.heart.beat_selection import Selection
from stetho.heart.durations import STATES, HeartState
from stetho.heart.parts import DIASTOLE, SYSTOLE

F64 = npt.NDArray[np.float64]

MOST_BEATS = 256
"""Beats that an average is made of at most, which bounds its memory: 2.5 kB a beat."""

_PARTS_OF = {
    HeartState.S1: slice(0, 1),
    HeartState.SYSTOLE: SYSTOLE,
    HeartState.S2: slice(4, 5),
    HeartState.DIASTOLE: DIASTOLE,
}


@dataclass(frozen=True, slots=True, eq=False)
class AverageBeat:
    """The average beat and its spread over beats.

    durations_s: medians of S1, systole, S2, diastole. time_s: float64 (64,), of each point after the onset of S1.
    mean_db, low_db, high_db: float64 (4, 64) in dB of full scale squared: mean of the levels, 10th and 90th percentile.
    parts_db: float64 (4, 8), mean level of each of `PARTS`.
    """

    beats: int
    durations_s: tuple[float, float, float, float]
    time_s: F64
    mean_db: F64
    low_db: F64
    high_db: F64
    parts_db: F64

    def level_db(self, state: HeartState) -> F64:
        """The mean power over a state, float64 (4,), by band, in dB of full scale squared."""
        power = np.mean(10.0 ** (0.1 * self.parts_db[:, _PARTS_OF[state]]), axis=1)
        return np.asarray(10.0 * np.log10(power))

    def to_json(self) -> dict[str, Any]:
        """Times in seconds after the onset of S1; levels in dB of full scale squared, one row a band."""
        return {
            "duration_s": {state.value: round(s, 3) for state, s in zip(STATES, self.durations_s, strict=True)},
            "level_db": {state.value: np.round(self.level_db(state), 1).tolist() for state in STATES},
            "time_s": np.round(self.time_s, 3).tolist(),
            "mean_db": np.round(self.mean_db, 1).tolist(),
            "p10_db": np.round(self.low_db, 1).tolist(),
            "p90_db": np.round(self.high_db, 1).tolist(),
        }


def average_beat(selection: Selection) -> AverageBeat | None:
    """The average of the selected beats; None where there are fewer than `FEWEST_BEATS`."""
    if not selection.enough:
        return None
    lasted_s = np.median([beat.durations_s for beat in selection.used], axis=0)
    onsets_s = np.concatenate(([0.0], np.cumsum(lasted_s)[:-1]))
    levels_db = np.array([beat.levels_db for beat in selection.used])
    low_db, high_db = np.percentile(levels_db, (10.0, 90.0), axis=0)
    s1_s, systole_s, s2_s, diastole_s = lasted_s.tolist()
    return AverageBeat(
        beats=len(selection.used),
        durations_s=(s1_s, systole_s, s2_s, diastole_s),
        time_s=onsets_s[POINT_STATES] + POINT_PLACES * lasted_s[POINT_STATES],
        mean_db=levels_db.mean(axis=0),
        low_db=low_db,
        high_db=high_db,
        parts_db=np.mean([beat.parts_db for beat in selection.used], axis=0),
    )
