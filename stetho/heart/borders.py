"""Where the decoded states of a recording meet, corrected for what the annotators of CirCor meant by a border."""

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
U8 = npt.NDArray[np.uint8]

OFFSETS_S = np.array([0.0004, -0.0039, 0.0011, -0.0035])
"""Annotated onset against decoded, by the state that begins: a network is slow to leave S1 and S2, which fade."""
SHARE_OF_BEFORE = np.array([0.0, -0.303, -0.110, -0.463])
SHARE_OF_AFTER = np.array([0.0, 0.098, 0.140, 0.055])
"""How much of what the state before a border, or the one after it, lasts longer than it does in the whole recording is the
border's own error. S1 and S2 hardly vary within a recording, so where they end takes most. Onsets of S1 take none: the
rate is made of them, and it would gain no frame. Lines of least absolute deviations over the beats of 2,118 recordings;
`models/recipes/borders.py` fits them and judges them by fold."""
FEWEST = 3
"""Whole states of a kind from which on they have a typical duration."""
LARGEST_S = 0.08
"""A state that deviates by more, an early beat or a pause, deviates by itself: no more than this is taken for an error."""


def corrected(onsets_s: F64, states: U8) -> F64:
    """Onsets of the states that follow a recording's first, float64 (n,), seconds; `states`: the n that begin there.

    In order, and none moved by more than 45 ms.
    """
    return np.maximum.accumulate(onsets_s + moves_s(onsets_s, states))


def moves_s(onsets_s: F64, states: U8) -> F64:
    """By how much each of these onsets is moved, before they are put in order."""
    lasted_s = np.diff(onsets_s)
    excess_s = np.zeros(onsets_s.size + 1)  # of the state before each border, and after the last one
    for state in range(4):
        whole = np.flatnonzero(states[:-1] == state)
        if whole.size >= FEWEST:
            excess_s[1 + whole] = lasted_s[whole] - np.median(lasted_s[whole])
    np.clip(excess_s, -LARGEST_S, LARGEST_S, out=excess_s)
    moved: F64 = OFFSETS_S[states] + SHARE_OF_BEFORE[states] * excess_s[:-1] + SHARE_OF_AFTER[states] * excess_s[1:]
    return moved
