"""How much the beats' intervals vary. Not validated on patients: a child's rhythm follows the breath."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_INTERVALS = 8
VARYING = 0.12
"""Root mean square of the change from one interval to the next, as a share of their mean, from which on it is said. Ours:
no patient's rhythm was looked at. Missed or invented beats vary the intervals too."""
WORDS = "beat intervals vary; check the pulse or an ECG"


@dataclass(frozen=True, slots=True)
class Variability:
    """Of successive S1-S1 intervals.

    sdnn_s: their standard deviation; rmssd_s: root mean square of successive differences (Task Force, Circulation 1996,
    whose intervals are an ECG's). words: what may be said of it, or None. No rhythm is named.
    """

    intervals: int
    mean_s: float
    sdnn_s: float
    rmssd_s: float
    validated: bool = False

    @property
    def words(self) -> str | None:
        return WORDS if self.rmssd_s >= VARYING * self.mean_s else None

    def to_json(self) -> dict[str, float | int | bool]:
        return {
            "intervals": self.intervals,
            "mean_s": round(self.mean_s, 3),
            "sdnn_s": round(self.sdnn_s, 3),
            "rmssd_s": round(self.rmssd_s, 3),
            "validated": self.validated,
        }


def variability(intervals_s: Sequence[float]) -> Variability | None:
    """Of intervals that follow one another; None for fewer than eight."""
    if len(intervals_s) < FEWEST_INTERVALS:
        return None
    lengths_s = np.asarray(intervals_s, np.float64)
    return Variability(
        lengths_s.size,
        float(lengths_s.mean()),
        float(lengths_s.std(ddof=1)),
        float(np.sqrt(np.mean(np.diff(lengths_s) ** 2))),
    )
