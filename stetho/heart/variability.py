"""How much the beats' intervals vary. Not validated on patients: a child's rhythm follows the breath."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stetho.heart.beats import Beat

FEWEST_INTERVALS = 8
VARYING = 0.12
"""Root mean square of the change from one interval to the next, as a share of their mean, from which on it is said. Ours:
no patient's rhythm was looked at. Missed or invented beats vary the intervals too."""
WORDS = "beat intervals vary; check the pulse or an ECG"
SURE = 0.5
"""Confidence of a beat from which on its length is the heart's and not the decoder's."""
SAID_AFTER = 3
SILENT_AFTER = 5
"""Seconds in a row that beats have to vary before a running stream says so, and not to vary before it stops."""


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


def longest_run(found: Iterable[Beat]) -> list[float]:
    """The lengths, in seconds, of the most beats that follow one another and are all sure: of equals the first."""
    longest: list[float] = []
    run: list[float] = []
    follows_s: float | None = None
    for beat in found:
        if beat.s1_s != follows_s:
            run = []
        follows_s = None
        if beat.cycle_s is not None and beat.confidence >= SURE:
            run.append(beat.cycle_s)
            follows_s = beat.next_s1_s
            longest = run if len(run) > len(longest) else longest
    return longest


class SteadyWords:
    """What may be said of a running stream's beat intervals, second by second: words that come and go are none."""

    def __init__(self) -> None:
        self._varied = self._calm = 0
        self.said: str | None = None

    def hear(self, found: Variability | None) -> str | None:
        """The next second's variability; gives the words that may be said now. Where it can't be told, none are."""
        words = None if found is None else found.words
        self._varied = self._varied + 1 if words else 0
        self._calm = 0 if words else self._calm + 1
        if self._varied >= SAID_AFTER:
            self.said = words
        elif self._calm >= SILENT_AFTER or found is None:
            self.said = None
        return self.said
