"""Calibrated probabilities, thresholds, and the words they make of recordings and of exams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import Recording
from metrics import weighted_accuracy
from platt import Platt, fit

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

PRESENT_GRID = tuple(np.round(np.arange(0.06, 0.50, 0.02), 2))
UNKNOWN_GRID = tuple(np.round(np.arange(0.10, 0.72, 0.04), 2))


@dataclass(frozen=True)
class Calibration:
    """Two logistic curves, and the share of recordings with a murmur that the first was fitted at."""

    present: Platt
    unknown: Platt
    prevalence: float


@dataclass(frozen=True)
class Thresholds:
    """At or above ``unknown`` a recording is unknown; else at or above ``present`` it is present; else absent.

    ``exam_unknown`` is the same for an exam. A murmur at one usable site is a murmur of the exam, so ``present`` serves
    both.
    """

    present: float
    unknown: float
    exam_unknown: float


def calibrate(rows: Sequence[Recording], present: Float64, unknown: Float64) -> Calibration:
    """Fit both curves on recordings that an expert has heard, from logits of networks that have not."""
    labels = np.asarray([row.site_label for row in rows])
    judged = labels != "unknown"
    return Calibration(
        fit(present[judged], labels[judged] == "present"),
        fit(unknown, labels == "unknown"),
        float((labels[judged] == "present").mean()),
    )


class Exams:
    """The recordings of each visit, as an index into arrays over recordings."""

    def __init__(self, rows: Sequence[Recording]) -> None:
        visits: dict[str, list[int]] = {}
        for index, row in enumerate(rows):
            visits.setdefault(row.visit, []).append(index)
        self.members = [np.asarray(members) for members in visits.values()]
        self.truth = [rows[int(members[0])].visit_label for members in self.members]
        self.people = [rows[int(members[0])].group for members in self.members]

    def highest(self, x: Float64) -> Float64:
        """The largest value of each exam's recordings."""
        return np.asarray([x[members].max() for members in self.members])

    def mean(self, x: Float64) -> Float64:
        """The mean value of each exam's recordings."""
        return np.asarray([x[members].mean() for members in self.members])

    def labels(self, present: Float64, unknown: Float64, thresholds: Thresholds) -> list[str]:
        """What is said of each exam, from its recordings' probabilities.

        The most suspicious usable recording decides; an exam without a usable one is unknown, and so is one whose best
        recording still looks as if an expert could not judge it.
        """
        return [_exam_label(present[members], unknown[members], thresholds) for members in self.members]


def _exam_label(present: Float64, unknown: Float64, thresholds: Thresholds) -> str:
    usable = unknown < thresholds.unknown
    if not usable.any():
        return "unknown"
    if present[usable].max() >= thresholds.present:
        return "present"
    return "unknown" if unknown[usable].min() >= thresholds.exam_unknown else "absent"


def recording_labels(present: Float64, unknown: Float64, thresholds: Thresholds) -> list[str]:
    """What is said of each recording."""
    return list(
        np.where(unknown >= thresholds.unknown, "unknown", np.where(present >= thresholds.present, "present", "absent"))
    )


def best_thresholds(exams: Exams, chosen: Sequence[int], present: Float64, unknown: Float64) -> Thresholds:
    """Those with the highest weighted accuracy over the ``chosen`` exams.

    The score counts a missed murmur five times as much as a false alarm, which is also the cost wanted here. Among
    thresholds of equal score the middle one is taken: an edge of a plateau is where luck ends.
    """
    found: list[tuple[float, Thresholds]] = []
    truth = [exams.truth[index] for index in chosen]
    for limit in UNKNOWN_GRID:
        usable = [unknown[exams.members[index]] < limit for index in chosen]
        highest = np.asarray(
            [
                present[exams.members[index]][good].max() if good.any() else -1.0
                for index, good in zip(chosen, usable, strict=True)
            ]
        )
        lowest = np.asarray(
            [
                unknown[exams.members[index]][good].min() if good.any() else 2.0
                for index, good in zip(chosen, usable, strict=True)
            ]
        )
        for threshold in PRESENT_GRID:
            for exam_limit in UNKNOWN_GRID:
                said = np.where(
                    highest < 0.0,
                    "unknown",
                    np.where(highest >= threshold, "present", np.where(lowest >= exam_limit, "unknown", "absent")),
                )
                score = weighted_accuracy(truth, list(said))
                found.append((score, Thresholds(float(threshold), float(limit), float(exam_limit))))
    best = max(score for score, _ in found)
    near = [thresholds for score, thresholds in found if score >= best - 1e-9]
    return near[len(near) // 2]
