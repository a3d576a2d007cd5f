"""How long the four states last, from the annotated recordings: what the duration Viterbi is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from dataset import STATES

# The annotated hearts are those of children and beat fast. What the decoder allows must also hold an adult's slow
# rhythm (40 a minute: a diastole of about a second), so the upper bounds are ours and not the data's.
LONGEST_S = {"S1": 0.24, "systole": 0.44, "S2": 0.22, "diastole": 1.3}


@dataclass(frozen=True)
class Duration:
    """Seconds that one state lasts."""

    mean_s: float
    sd_s: float
    min_s: float
    max_s: float


def durations(intervals: Mapping[str, Sequence[tuple[float, float, int]]], names: Sequence[str]) -> dict[str, Duration]:
    """Of the recordings ``names``; the first and last state of each annotated span are left out, for they may be cut."""
    lengths: dict[int, list[float]] = {state: [] for state in range(len(STATES))}
    for name in names:
        spans = intervals.get(name, [])
        for before, here, after in zip(spans, spans[1:], spans[2:], strict=False):
            touching = abs(before[1] - here[0]) < 1e-3 and abs(here[1] - after[0]) < 1e-3
            if touching:
                lengths[here[2]].append(here[1] - here[0])
    return {
        state: Duration(
            mean_s=round(float(np.mean(lengths[index])), 4),
            sd_s=round(float(np.std(lengths[index])), 4),
            min_s=round(float(np.quantile(lengths[index], 0.005)), 4),
            max_s=LONGEST_S[state],
        )
        for index, state in enumerate(STATES)
    }
