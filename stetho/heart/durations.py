"""How long the four states of a heart beat last, and how that follows the heart rate."""

from dataclasses import dataclass, replace
from enum import StrEnum


class HeartState(StrEnum):
    """The four states of a beat, in their order; the network's four outputs have the same order."""

    S1 = "S1"
    SYSTOLE = "systole"
    S2 = "S2"
    DIASTOLE = "diastole"


STATES = tuple(HeartState)

# Least-squares lines of mean duration against cycle length over 2,596 annotated CirCor recordings (cycles 0.30-1.30 s):
# seconds a second of cycle. Diastole takes what is left. The residuals are 17, 23, 17 and 26 ms.
_SLOPES = (0.089, 0.145, 0.079)
# Beyond a second (60 bpm) systole hardly lengthens any more (Weissler 1968); the lines are not followed further.
_LONGEST_CYCLE_S = 1.0
_SHORTEST_CYCLE_S = 0.3
# Spread of the diastole about its line, and of cycles within a recording (median 5 %, 95th percentile 11 %).
_DIASTOLE_SD_S = 0.026
_CYCLE_VARIATION = 0.07


@dataclass(frozen=True, slots=True)
class StateDuration:
    """How long one state lasts: mean and standard deviation, and the bounds that are never left. Seconds.

    Raises ValueError for what no state can be.
    """

    mean_s: float
    sd_s: float
    min_s: float
    max_s: float

    def __post_init__(self) -> None:
        if not (0.0 < self.sd_s < float("inf") and 0.0 <= self.min_s < self.max_s <= 10.0 and self.mean_s > 0.0):
            raise ValueError(f"A heart state can't last {self}: it needs 0 <= min_s < max_s <= 10 and sd_s > 0.")


@dataclass(frozen=True, slots=True)
class Durations:
    """How long each state lasts, over all rates or at one (`at_cycle`)."""

    s1: StateDuration
    systole: StateDuration
    s2: StateDuration
    diastole: StateDuration

    @property
    def states(self) -> tuple[StateDuration, StateDuration, StateDuration, StateDuration]:
        """In the order of `HeartState`."""
        return self.s1, self.systole, self.s2, self.diastole

    @property
    def cycle_s(self) -> float:
        """The mean length of a beat."""
        return sum(state.mean_s for state in self.states)

    def at_cycle(self, cycle_s: float) -> "Durations":
        """The same heart states at a known beat length: means moved, the diastole's spread narrowed."""
        towards = min(max(cycle_s, _SHORTEST_CYCLE_S), _LONGEST_CYCLE_S) - self.cycle_s
        s1, systole, s2 = (
            replace(state, mean_s=max(state.min_s, state.mean_s + slope * towards))
            for state, slope in zip((self.s1, self.systole, self.s2), _SLOPES, strict=True)
        )
        rest_s = max(self.diastole.min_s, cycle_s - s1.mean_s - systole.mean_s - s2.mean_s)
        spread_s = (_DIASTOLE_SD_S**2 + (_CYCLE_VARIATION * cycle_s) ** 2) ** 0.5
        longest_s = max(self.diastole.max_s, 1.5 * rest_s)
        return Durations(s1, systole, s2, StateDuration(rest_s, spread_s, self.diastole.min_s, longest_s))


TYPICAL = Durations(
    s1=StateDuration(0.119, 0.023, 0.04, 0.24),
    systole=StateDuration(0.136, 0.032, 0.02, 0.44),
    s2=StateDuration(0.105, 0.023, 0.03, 0.22),
    diastole=StateDuration(0.231, 0.086, 0.08, 1.3),
)
"""Annotated beats of CirCor (people aged 0-21, 50,000 of each state); the upper bounds leave room for slow adults."""
