"""Whether a probability is what it says: of people whom neither the networks nor the curves have seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from figures import Goal, Line
from judged import Judged
from metrics import Figure, Seeded, brier, calibration_error, calibration_error_by_chance, over_seeds, wilson_by_person

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

BINS = 10
GOAL = Goal("<=", 0.03)
Claim = Callable[[Judged], tuple[list[str], Bool, Bool, Float64]]
"""Owners; which items count; what was true; what was claimed."""


@dataclass(frozen=True)
class Bin:
    """A tenth of the items: the mean that was claimed, and the share that was true with Wilson's interval by person."""

    claimed: float
    true: float
    low: float
    high: float
    items: int


@dataclass(frozen=True)
class Reliability:
    """``error`` and ``brier`` over seeds; ``by_chance``: the error that a perfect probability would show in so many items."""

    name: str
    error: Line
    brier: Line
    by_chance: float
    bins: tuple[Bin, ...]


def _recording(judged: Judged) -> tuple[list[str], Bool, Bool, Float64]:
    return judged.people, judged.truth != "unknown", judged.truth == "present", judged.odds.probability


def _recording_unknown(judged: Judged) -> tuple[list[str], Bool, Bool, Float64]:
    everything = np.ones(len(judged.truth), bool)
    return judged.people, everything, judged.truth == "unknown", judged.odds.unknown_probability


def _visit(judged: Judged) -> tuple[list[str], Bool, Bool, Float64]:
    truth = judged.exams.truth
    return judged.exams.people, truth != "unknown", truth == "present", judged.exam_odds.probability


def _visit_unknown(judged: Judged) -> tuple[list[str], Bool, Bool, Float64]:
    truth = judged.exams.truth
    return judged.exams.people, np.ones(len(truth), bool), truth == "unknown", judged.exam_odds.unknown_probability


CLAIMS: Mapping[str, tuple[Claim, Goal | None]] = {
    "recording: present": (_recording, GOAL),
    "recording: unknown": (_recording_unknown, None),
    "visit: present": (_visit, GOAL),
    "visit: unknown": (_visit_unknown, None),
}


def reliability(seeds: Sequence[Judged]) -> list[Reliability]:
    """Each claim over all seeds; the bins hold every seed's items, which makes them smoother and no surer."""
    return [_reliability(name, [claim(judged) for judged in seeds], goal) for name, (claim, goal) in CLAIMS.items()]


def _reliability(name: str, claims: Sequence[tuple[list[str], Bool, Bool, Float64]], goal: Goal | None) -> Reliability:
    people = claims[0][0]
    counted = [(chosen, true, p) for _, chosen, true, p in claims]

    def over(measure: Callable[[Bool, Float64], float]) -> list[Callable[[Int64], float]]:
        return [lambda items, c=claim: measure(*_among(items, *c)) for claim in counted]

    return Reliability(
        name,
        error=Line(f"{name}, expected calibration error", _over_all(len(people), over(calibration_error)), goal),
        brier=Line(f"{name}, Brier score", over_seeds(people, over(brier))),
        by_chance=calibration_error_by_chance(counted[0][2][counted[0][0]]),
        bins=_bins(
            np.concatenate([true[chosen] for chosen, true, _ in counted]),
            np.concatenate([p[chosen] for chosen, _, p in counted]),
            np.concatenate([np.asarray(people)[chosen] for chosen, *_ in counted]),
        ),
    )


def _over_all(items: int, measures: Sequence[Callable[[Int64], float]]) -> Seeded:
    """Without an interval: who is drawn twice looks like an error of calibration, so a resample's is always higher."""
    each = tuple(measure(np.arange(items)) for measure in measures)
    return Seeded(Figure(float(np.mean(each)), math.nan, math.nan), each)


def _among(items: Int64, chosen: Bool, true: Bool, probability: Float64) -> tuple[Bool, Float64]:
    items = items[chosen[items]]
    return true[items], probability[items]


def _bins(true: Bool, probability: Float64, people: npt.NDArray[np.str_]) -> tuple[Bin, ...]:
    found = []
    for part in np.array_split(np.argsort(probability, kind="stable"), BINS):
        seen = wilson_by_person(true[part], list(people[part]))
        found.append(Bin(float(probability[part].mean()), seen.value, seen.low, seen.high, len(part)))
    return tuple(found)
