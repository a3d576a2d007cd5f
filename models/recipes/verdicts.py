"""Calibrated probabilities, thresholds, and the words they make of recordings and of exams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import Recording
from metrics import weighted_accuracy
from platt import Platt, fit, sigmoid

Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]

PRESENT_GRID = tuple(float(p) for p in np.round(np.arange(0.06, 0.50, 0.02), 2))
# Where an expert's unknown weighs three times an absent, "unknown" is the cheaper word from one in four on. It isn't searched
# for: the search took 0.10, and an eighth of the recordings that an expert could judge would have to be made again.
RECORDING_UNKNOWN = 0.25
# The clearest site's is lower than those of its neighbours.
EXAM_UNKNOWN_GRID = tuple(float(p) for p in np.round(np.arange(0.04, 0.50, 0.02), 2))


@dataclass(frozen=True)
class Calibration:
    """Two logistic curves, and the share of recordings with a murmur that the first was fitted at."""

    present: Platt
    unknown: Platt
    prevalence: float


@dataclass(frozen=True)
class Thresholds:
    """At or above ``unknown``: unknown; else at or above ``present``: present; else absent."""

    present: float
    unknown: float


@dataclass(frozen=True)
class Rule:
    """The thresholds of recordings, and those of exams.

    Both have the same ``present``: a murmur at one usable site is a murmur of the exam.
    """

    recording: Thresholds
    exam: Thresholds


@dataclass(frozen=True)
class Odds:
    """Calibrated log-odds, of recordings or of exams."""

    present: Float64
    unknown: Float64

    def labels(self, thresholds: Thresholds) -> Labels:
        """What is said of each."""
        present, unknown = sigmoid(self.present), sigmoid(self.unknown)
        absent = np.where(present >= thresholds.present, "present", "absent")
        return np.where(unknown >= thresholds.unknown, "unknown", absent)


def calibrate(rows: Sequence[Recording], present: Float64, unknown: Float64) -> Calibration:
    """Fit both curves on recordings that an expert has heard, from logits of networks that have not."""
    labels = np.asarray([row.site_label for row in rows])
    judged = labels != "unknown"
    return Calibration(
        fit(present[judged], labels[judged] == "present"),
        fit(unknown, labels == "unknown"),
        float((labels[judged] == "present").mean()),
    )


def odds(calibration: Calibration, present: Float64, unknown: Float64) -> Odds:
    """Log-odds of recordings from their networks' logits."""
    return Odds(calibration.present.logit(present), calibration.unknown.logit(unknown))


class Exams:
    """The recordings of each visit, as an index into arrays over recordings."""

    def __init__(self, rows: Sequence[Recording]) -> None:
        visits: dict[str, list[int]] = {}
        for index, row in enumerate(rows):
            visits.setdefault(row.visit, []).append(index)
        self.members = [np.asarray(members) for members in visits.values()]
        self.truth = np.asarray([rows[int(members[0])].visit_label for members in self.members])
        self.people = [rows[int(members[0])].group for members in self.members]

    def highest(self, x: Float64) -> Float64:
        """The largest value of each exam's recordings."""
        return np.asarray([x[members].max() for members in self.members])

    def mean(self, x: Float64) -> Float64:
        """The mean value of each exam's recordings."""
        return np.asarray([x[members].mean() for members in self.members])

    def odds(self, recordings: Odds, thresholds: Thresholds) -> tuple[Odds, Bool]:
        """The product's rule, and whether a recording is usable, which it is unless it is called unknown.

        The most suspicious usable recording speaks for a murmur, the clearest for being able to judge; where none is
        usable, those of all. (The product takes one recording a site; 15 of the 776 visits have a site twice.)
        """
        usable = recordings.labels(thresholds) != "unknown"
        counted = [members[usable[members]] if usable[members].any() else members for members in self.members]
        return (
            Odds(
                np.asarray([recordings.present[members].max() for members in counted]),
                np.asarray([recordings.unknown[members].min() for members in counted]),
            ),
            np.asarray([bool(usable[members].any()) for members in self.members]),
        )

    def labels(self, recordings: Odds, rule: Rule) -> Labels:
        """What the challenge policy says of each exam; one without a usable recording is unknown."""
        foremost, usable = self.odds(recordings, rule.recording)
        return exam_labels(foremost, usable, rule.exam)


def exam_labels(foremost: Odds, usable: Bool, thresholds: Thresholds) -> Labels:
    """Present before unknown: a murmur that is heard needs no other site."""
    doubtful = np.where(sigmoid(foremost.unknown) >= thresholds.unknown, "unknown", "absent")
    said = np.where(sigmoid(foremost.present) >= thresholds.present, "present", doubtful)
    return np.where(usable, said, "unknown")


def best_rule(rows: Sequence[Recording], recordings: Odds) -> Rule:
    """The rule with the highest weighted accuracy of exams.

    The score counts a missed murmur five times as much as a false alarm, which is also the cost wanted here. Among
    rules of equal score the middle one is taken: an edge of a plateau is where luck ends.
    """
    exams = Exams(rows)
    found: list[tuple[float, Rule]] = []
    foremost, usable = exams.odds(recordings, Thresholds(1.0, RECORDING_UNKNOWN))
    for present in PRESENT_GRID:
        for unknown in EXAM_UNKNOWN_GRID:
            rule = Rule(Thresholds(present, RECORDING_UNKNOWN), Thresholds(present, unknown))
            found.append((weighted_accuracy(exams.truth, exam_labels(foremost, usable, rule.exam)), rule))
    best = max(score for score, _ in found)
    near = [rule for score, rule in found if score >= best - 1e-9]
    return near[len(near) // 2]
