"""The figures of a release: each is a measure of people whom the networks have never heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import LABELS
from judged import Judged
from metrics import Figure, Seeded, auroc, figure, over_seeds, sensitivity_at, share, weighted_accuracy
from platt import Platt, sigmoid
from scores import Scores

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Measure = Callable[[Judged, Int64], float]


@dataclass(frozen=True)
class Goal:
    """``sign`` is ``>=`` or ``<=``."""

    sign: str
    bound: float

    def met(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value >= self.bound if self.sign == ">=" else value <= self.bound

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


@dataclass(frozen=True)
class Line:
    """One figure of several seeds, and what was aimed at, if anything was."""

    name: str
    figure: Seeded
    goal: Goal | None = None


# Of the visits.


def _heard(judged: Judged) -> Bool:
    return np.asarray(judged.exams.truth == "present")


def _three(judged: Judged) -> dict[str, Float64]:
    """The two figures of an exam as three shares."""
    odds = judged.exam_odds
    known = 1.0 - sigmoid(odds.unknown)
    present = sigmoid(odds.present)
    return {"present": known * present, "unknown": 1.0 - known, "absent": known * (1.0 - present)}


def _judgeable(judged: Judged, items: Int64) -> Int64:
    return items[judged.exams.truth[items] != "unknown"]


def _against_rest(judged: Judged, items: Int64) -> float:
    return auroc(_heard(judged)[items], _three(judged)["present"][items])


def _against_absent(judged: Judged, items: Int64) -> float:
    items = _judgeable(judged, items)
    return auroc(_heard(judged)[items], judged.exam_odds.present[items])


def _unknown_area(judged: Judged, items: Int64) -> float:
    return auroc(judged.exams.truth[items] == "unknown", judged.exam_odds.unknown[items])


def _macro(judged: Judged, items: Int64) -> float:
    shares, truth = _three(judged), judged.exams.truth[items]
    return float(np.mean([auroc(truth == label, shares[label][items]) for label in LABELS]))


def _sensitivity_at_90(judged: Judged, items: Int64) -> float:
    items = _judgeable(judged, items)
    return sensitivity_at(_heard(judged)[items], judged.exam_odds.present[items], 0.9)


def _weighted(judged: Judged, items: Int64) -> float:
    return weighted_accuracy(judged.exams.truth[items], judged.exam_said[items])


def _called(true: str, word: str) -> Measure:
    """The share of the visits that are truly ``true`` which are called ``word``; unknown counts as wrong."""

    def measure(judged: Judged, items: Int64) -> float:
        return share(judged.exam_said[items[judged.exams.truth[items] == true]] == word)

    return measure


def _decided(true: str) -> Measure:
    """The same, of those that were not called unknown."""

    def measure(judged: Judged, items: Int64) -> float:
        said = judged.exam_said[items[judged.exams.truth[items] == true]]
        return share(said[said != "unknown"] == true)

    return measure


def _unknown_of_judgeable(judged: Judged, items: Int64) -> float:
    return share(judged.exam_said[_judgeable(judged, items)] == "unknown")


def _coverage(judged: Judged, items: Int64) -> float:
    return 1.0 - _unknown_of_judgeable(judged, items)


# Of the recordings.


def _site(judged: Judged, items: Int64) -> float:
    items = items[judged.truth[items] != "unknown"]
    return auroc(judged.truth[items] == "present", judged.odds.present[items])


def _site_unknown(judged: Judged, items: Int64) -> float:
    return auroc(judged.truth[items] == "unknown", judged.odds.unknown[items])


# What words are asked: the product's verdicts can be, too.
SPOKEN: Mapping[str, tuple[Measure, Goal | None]] = {
    "visit: weighted accuracy, challenge policy": (_weighted, Goal(">=", 0.82)),
    "visit: sensitivity, unknown is wrong": (_called("present", "present"), None),
    "visit: specificity, unknown is wrong": (_called("absent", "absent"), None),
    "visit: unknown visits called unknown": (_called("unknown", "unknown"), None),
    "visit: judgeable visits called unknown": (_unknown_of_judgeable, Goal("<=", 0.08)),
    "visit: sensitivity of the decided": (_decided("present"), None),
    "visit: specificity of the decided": (_decided("absent"), None),
    "visit: judgeable visits decided (coverage)": (_coverage, None),
}
VISITS: Mapping[str, tuple[Measure, Goal | None]] = {
    **SPOKEN,
    "visit: AUROC, present against rest": (_against_rest, Goal(">=", 0.96)),
    "visit: AUROC, present against absent": (_against_absent, None),
    "visit: sensitivity at specificity 0.90": (_sensitivity_at_90, Goal(">=", 0.90)),
    "visit: macro AUROC of the three classes": (_macro, Goal(">=", 0.90)),
    "visit: AUROC of unknown": (_unknown_area, None),
}
RECORDINGS: Mapping[str, tuple[Measure, Goal | None]] = {
    "recording: AUROC against the expert at that site": (_site, Goal(">=", 0.95)),
    "recording: AUROC of unknown": (_site_unknown, None),
}


def headline(seeds: Sequence[Judged]) -> list[Line]:
    """Every figure over all seeds. The seeds have judged the same recordings."""
    first = seeds[0]
    lines = [_line(name, seeds, first.exams.people, *what) for name, what in VISITS.items()]
    return lines + [_line(name, seeds, first.people, *what) for name, what in RECORDINGS.items()]


def _line(name: str, seeds: Sequence[Judged], people: Sequence[str], measure: Measure, goal: Goal | None) -> Line:
    return Line(name, over_seeds(people, [_of(judged, measure) for judged in seeds]), goal)


def _of(judged: Judged, measure: Measure) -> Callable[[Int64], float]:
    return lambda items: measure(judged, items)


def confusion(truth: npt.NDArray[np.str_], said: npt.NDArray[np.str_]) -> tuple[tuple[int, int, int], ...]:
    """Counts; a row for each true label, a column for each word, both in the order present, unknown, absent."""
    rows = (tuple(int(((truth == label) & (said == word)).sum()) for word in LABELS) for label in LABELS)
    return tuple((row[0], row[1], row[2]) for row in rows)


@dataclass(frozen=True)
class Quantisation:
    """Eight bits less float, of the folds of one seed: areas, and how far a recording's probability moves."""

    visit: Figure
    recording: Figure
    largest_change: float
    usual_change: float


def quantisation(judged: Judged, int8: Scores, fp32: Scores, curve: Platt) -> Quantisation:
    """``judged``: for its labels alone; ``curve``: to make probabilities. Areas by the highest of a visit's recordings. ``usual_change`` holds for 99 %."""
    exams = judged.exams
    highest, higher = exams.highest(int8.present), exams.highest(fp32.present)
    change = np.abs(curve.probability(int8.present) - curve.probability(fp32.present))

    def of_visits(items: Int64) -> float:
        items = _judgeable(judged, items)
        heard = _heard(judged)[items]
        return auroc(heard, highest[items]) - auroc(heard, higher[items])

    def of_recordings(items: Int64) -> float:
        items = items[judged.truth[items] != "unknown"]
        heard = judged.truth[items] == "present"
        return auroc(heard, int8.present[items]) - auroc(heard, fp32.present[items])

    return Quantisation(
        figure(exams.people, of_visits),
        figure(judged.people, of_recordings),
        float(change.max()),
        float(np.quantile(change, 0.99)),
    )


@dataclass(frozen=True)
class Trade:
    """What another threshold of unknown would have done, on the mean of the seeds."""

    threshold: float
    weighted: float
    unknown_of_judgeable: float
    unknown_found: float
    sensitivity: float


def trade(seeds: Sequence[Judged], thresholds: Sequence[float]) -> list[Trade]:
    """Of exams, out of fold; what is present stays so."""
    found = []
    for threshold in thresholds:
        table = []
        for judged in seeds:
            truth = judged.exams.truth
            doubt = judged.exam_odds.unknown_probability >= threshold
            said = np.where(judged.exam_said == "present", "present", np.where(doubt, "unknown", "absent"))
            table.append(
                (
                    weighted_accuracy(truth, said),
                    share(said[truth != "unknown"] == "unknown"),
                    share(said[truth == "unknown"] == "unknown"),
                    share(said[truth == "present"] == "present"),
                )
            )
        found.append(Trade(threshold, *(float(x) for x in np.mean(table, axis=0))))
    return found
