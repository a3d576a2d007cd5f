"""How near the onsets of S1 and S2 are to the annotated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

TOLERANCE_S = 0.1


@dataclass(frozen=True)
class Matches:
    """Counts of onsets: annotated, found, and paired."""

    annotated: int
    found: int
    paired: int

    def __add__(self, other: Matches) -> Matches:
        return Matches(self.annotated + other.annotated, self.found + other.found, self.paired + other.paired)

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision."""
        total = self.annotated + self.found
        return 2.0 * self.paired / total if total else float("nan")


def match(annotated_s: Sequence[float], found_s: Sequence[float], spans_s: Sequence[tuple[float, float]]) -> Matches:
    """Pair each annotated onset with at most one found within 100 ms.

    Only what lies within the annotated spans counts; a found onset without a partner is not held against the decoder
    within 100 ms of a span's edge, since its partner may lie just outside.
    """
    truth, guess = sorted(annotated_s), sorted(found_s)
    paired, false, i, j = 0, 0, 0, 0
    while j < len(guess):
        while i < len(truth) and truth[i] < guess[j] - TOLERANCE_S:
            i += 1
        if i < len(truth) and abs(truth[i] - guess[j]) <= TOLERANCE_S:
            paired += 1
            i += 1
        else:
            false += any(start + TOLERANCE_S <= guess[j] <= stop - TOLERANCE_S for start, stop in spans_s)
        j += 1
    return Matches(len(truth), paired + false, paired)


def annotated_spans(intervals: Sequence[tuple[float, float, int]]) -> list[tuple[float, float]]:
    """Stretches without a hole."""
    spans: list[tuple[float, float]] = []
    for start_s, end_s, _ in sorted(intervals):
        if spans and abs(spans[-1][1] - start_s) < 1e-3:
            spans[-1] = (spans[-1][0], end_s)
        else:
            spans.append((start_s, end_s))
    return spans
