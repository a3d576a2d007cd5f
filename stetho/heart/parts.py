"""The parts of a beat that are told apart: two sounds, and what lies between them in thirds."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from stetho.heart.cycles import Edges

F64 = npt.NDArray[np.float64]


class Part(StrEnum):
    """In the order of a beat."""

    S1 = "S1"
    EARLY_SYSTOLE = "early_systole"
    MID_SYSTOLE = "mid_systole"
    LATE_SYSTOLE = "late_systole"
    S2 = "S2"
    EARLY_DIASTOLE = "early_diastole"
    MID_DIASTOLE = "mid_diastole"
    LATE_DIASTOLE = "late_diastole"


PARTS = tuple(Part)
SYSTOLE = slice(1, 4)
DIASTOLE = slice(5, 8)
QUIET_PARTS = (*PARTS[SYSTOLE], *PARTS[DIASTOLE])

GUARD_S = 0.02
"""What is left out at either end of systole and diastole: a frame sees 32 ms to both sides, fading (Hann)."""
MOST_GUARD = 0.2
"""But never more than this share of them: systole lasts 60 ms at 220 bpm."""


def part_edges(edges_s: Edges) -> F64:
    """Start and length of each part, float64 (8, 2), in seconds."""
    s1, systole, s2, diastole, stop = edges_s
    rows = [(s1, systole - s1), *_thirds(systole, s2), (s2, diastole - s2), *_thirds(diastole, stop)]
    return np.array(rows)


def _thirds(start_s: float, stop_s: float) -> list[tuple[float, float]]:
    length_s = stop_s - start_s
    guard_s = min(GUARD_S, MOST_GUARD * length_s)
    third_s = (length_s - 2.0 * guard_s) / 3.0
    return [(start_s + guard_s + k * third_s, third_s) for k in range(3)]
