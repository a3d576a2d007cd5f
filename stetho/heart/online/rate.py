"""The heart rate while it is heard: from the intervals of S1 and of S2, against the period of the states."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stetho.heart.beats import AGREEING, DISPUTED, HALVED
from stetho.heart.durations import HeartState
from stetho.heart.period import Period
from stetho.heart.rate import FASTEST_BPM, SLOWEST_BPM, STEADY, HeartRate

FEWEST_INTERVALS = 3
"""Of S1 and S2 together: two beats and a half."""
ENOUGH_INTERVALS = 8
BEYOND = 0.05
"""A heart at the end of the range is not always on its side of it."""
UNSURE = 0.7
"""Factor of the confidence while no period of the states confirms the beats."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From an S1 to the next, or from an S2 to the next. ends_at: source sample of the later one."""

    state: HeartState
    ends_at: float
    length_s: float
    confidence: float


def online_rate(intervals: Sequence[Interval], period: Period | None) -> HeartRate:
    """The rate of the median interval; None with fewer than three, or outside 30-220 bpm by more than a twentieth.

    The confidence is the onsets' own, times the share of steady intervals, less for few. Where the period of the states'
    probabilities says another rate, or that one beat may be two, it falls to where it counts as doubtful: no rate is
    halved or doubled silently.
    """
    if len(intervals) < FEWEST_INTERVALS:
        return HeartRate(None, 0.0)
    lengths_s = np.array([interval.length_s for interval in intervals])
    cycle_s = float(np.median(lengths_s))
    bpm = 60.0 / max(cycle_s, 1e-3)
    if not SLOWEST_BPM * (1.0 - BEYOND) <= bpm <= FASTEST_BPM * (1.0 + BEYOND):
        return HeartRate(None, 0.0)
    steady = float(np.mean(np.abs(lengths_s / cycle_s - 1.0) <= STEADY))
    certainty = float(np.mean([interval.confidence for interval in intervals]))
    many = min(1.0, 0.5 + 0.5 * len(intervals) / ENOUGH_INTERVALS)
    return HeartRate(bpm, certainty * steady * many * _agreement(cycle_s, period))


def _agreement(cycle_s: float, period: Period | None) -> float:
    if period is None:
        return UNSURE
    if period.half_match > HALVED or abs(cycle_s / period.cycle_s - 1.0) > AGREEING:
        return DISPUTED
    return 1.0
