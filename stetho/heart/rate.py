"""The heart rate of a run of beats, with a confidence that falls where the evidence disagrees."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from stetho.heart.beats import Beat

SLOWEST_BPM = 30.0
FASTEST_BPM = 220.0
FEWEST_CYCLES = 3
ENOUGH_CYCLES = 5
# Breathing moves a young heart's cycle by 10-15 %; beyond a quarter it is another rhythm, or a missed beat.
STEADY = 0.25


@dataclass(frozen=True, slots=True)
class HeartRate:
    """Beats a minute, or None where it can't be told; confidence 0..1 (0 with None)."""

    heart_rate_bpm: float | None
    confidence: float


def heart_rate(found: Iterable[Beat]) -> HeartRate:
    """The rate of the median cycle. None with fewer than 3 whole cycles or outside 30-220 bpm.

    The confidence is the beats' own (which falls where they contradict the recording's period, so that no rate is
    halved or doubled silently), times the share of steady cycles, less for fewer than 5 cycles.
    """
    whole = [(beat.cycle_s, beat.confidence) for beat in found if beat.cycle_s is not None and beat.cycle_s > 0]
    if len(whole) < FEWEST_CYCLES:
        return HeartRate(None, 0.0)
    cycles_s = np.array([cycle_s for cycle_s, _ in whole])
    bpm = float(60.0 / np.median(cycles_s))
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        return HeartRate(None, 0.0)
    certainty = float(np.mean([confidence for _, confidence in whole]))
    steady = float(np.mean(np.abs(cycles_s * bpm / 60.0 - 1.0) <= STEADY))
    return HeartRate(bpm, certainty * steady * min(1.0, len(whole) / ENOUGH_CYCLES))
