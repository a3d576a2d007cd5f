"""Calibrated probabilities, thresholds, and the words they make of recordings and of exams.

Thresholds follow from what an error costs, and are not searched for: a search of the weighted accuracy took whatever chance
gave its few murmurs, and did worse on the next people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import Recording
from platt import Platt, fit, fit_beside, log_odds, sigmoid

from stetho.inference.probability import DECIMALS

Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]

# In the Challenge's score, and in what is wanted here, a missed murmur costs as much as five false alarms: "present" is the
# cheaper word from one in six on. Where an unknown weighs three times an absent, "unknown" is from one in four on.
PRESENT = 1 / 6
UNKNOWN = 1 / 4
STEP = 0.005
MOST_UNKNOWN = 0.08  # of the visits that the expert could judge: each has to be made again


@dataclass(frozen=True)
class Calibration:
    """Two logistic curves, and the share of murmurs that the first was fitted at."""

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
    """What makes words: of recordings, and of exams, whose curves go on from the log-odds of their recordings.

    ``exam.present`` is a threshold of recordings too, and the same: a murmur at one usable site is a murmur of the exam.
    It is the place where the exam's own probability is one in six. ``quality_slope``: of the mean quality of an exam's sites,
    in its log-odds of unknown.
    """

    calibration: Calibration
    exam_calibration: Calibration
    quality_slope: float
    recording: Thresholds
    exam: Thresholds


@dataclass(frozen=True)
class Odds:
    """Calibrated log-odds, of recordings or of exams."""

    present: Float64
    unknown: Float64

    @property
    def probability(self) -> Float64:
        """Of present, where it can be judged; rounded as the product rounds."""
        return np.round(sigmoid(self.present), DECIMALS)

    @property
    def unknown_probability(self) -> Float64:
        """Of unknown, rounded as the product rounds."""
        return np.round(sigmoid(self.unknown), DECIMALS)

    def labels(self, thresholds: Thresholds) -> Labels:
        """What is said of each recording."""
        said = np.where(self.probability >= thresholds.present, "present", "absent")
        return np.where(self.unknown_probability >= thresholds.unknown, "unknown", said)


class Exams:
    """The recordings of each visit, as an index into arrays over recordings."""

    def __init__(self, rows: Sequence[Recording]) -> None:
        visits: dict[str, list[int]] = {}
        for index, row in enumerate(rows):
            visits.setdefault(row.visit, []).append(index)
        self.members = [np.asarray(members) for members in visits.values()]
        self.rows = [rows[int(members[0])] for members in self.members]
        self.truth = np.asarray([row.visit_label for row in self.rows])
        self.people = [row.group for row in self.rows]

    def highest(self, x: Float64) -> Float64:
        """The largest value of each exam's recordings."""
        return np.asarray([x[members].max() for members in self.members])

    def mean(self, x: Float64) -> Float64:
        """The mean value of each exam's recordings."""
        return np.asarray([x[members].mean() for members in self.members])

    def foremost(self, recordings: Odds, quality: Float64) -> Foremost:
        """The product's rule: the most suspicious usable recording speaks for a murmur, the clearest for being able to judge.

        Usable is what is not called unknown; where nothing is, all count. (The product takes one recording a site; a few
        visits have a site twice.)
        """
        usable = recordings.unknown_probability < UNKNOWN
        counted = [members[usable[members]] if usable[members].any() else members for members in self.members]
        return Foremost(
            Odds(
                np.asarray([recordings.present[members].max() for members in counted]),
                np.asarray([recordings.unknown[members].min() for members in counted]),
            ),
            np.asarray([quality[members].mean() for members in counted]),
            np.asarray([bool(usable[members].any()) for members in self.members]),
        )


@dataclass(frozen=True)
class Foremost:
    """Of each exam: the odds of the recordings that speak for it, their mean quality, and whether one is usable."""

    odds: Odds
    quality: Float64
    usable: Bool


def fit_rule(rows: Sequence[Recording], present: Float64, unknown: Float64, quality: Float64) -> Rule:
    """Curves and thresholds of recordings that an expert has heard, from logits of networks that have not heard them.

    ``quality``: the product's score of each recording, 0..1.
    """
    labels = np.asarray([row.site_label for row in rows])
    calibration = Calibration(_present_curve(labels, present), fit(unknown, labels == "unknown"), _prevalence(labels))
    exams = Exams(rows)
    truth = exams.truth
    foremost = exams.foremost(_calibrated(calibration, present, unknown), quality)
    unknown_curve, quality_slope = fit_beside(foremost.odds.unknown, foremost.quality, truth == "unknown")
    of_exams = Calibration(_present_curve(truth, foremost.odds.present), unknown_curve, _prevalence(truth))
    at = round(float(sigmoid(np.asarray(of_exams.present.inverse(log_odds(PRESENT))))), DECIMALS)
    doubt = sigmoid(unknown_curve.logit(foremost.odds.unknown) + quality_slope * foremost.quality)
    quiet = foremost.usable & (foremost.odds.probability < at)
    return Rule(
        calibration=calibration,
        exam_calibration=of_exams,
        quality_slope=quality_slope,
        recording=Thresholds(at, UNKNOWN),
        exam=Thresholds(at, _unknown_threshold(truth != "unknown", foremost.usable, quiet, doubt)),
    )


def _present_curve(labels: Labels, x: Float64) -> Platt:
    """Where the expert could judge."""
    judged = labels != "unknown"
    return fit(x[judged], labels[judged] == "present")


def _prevalence(labels: Labels) -> float:
    return float((labels[labels != "unknown"] == "present").mean())


def _calibrated(calibration: Calibration, present: Float64, unknown: Float64) -> Odds:
    return Odds(calibration.present.logit(present), calibration.unknown.logit(unknown))


def _unknown_threshold(judged: Bool, usable: Bool, quiet: Bool, probability: Float64) -> float:
    """What the costs ask for, or the lowest above it, in steps of `STEP`, at which no more than `MOST_UNKNOWN` of the judged are unknown.

    Raises SystemExit where none is: a rule that never says unknown is no answer to that.
    """
    for threshold in np.arange(UNKNOWN, 1.0, STEP):
        called = ~usable | (quiet & (probability >= threshold))
        if called[judged].mean() <= MOST_UNKNOWN:
            return round(float(threshold), DECIMALS)
    raise SystemExit(
        f"No rule: {(~usable)[judged].mean():.1%} of the visits that the expert could judge have no usable recording, and no more than "
        f"{MOST_UNKNOWN:.0%} of them may be unknown. Look at the network's unknown and at the quality gate first."
    )


def recording_odds(rule: Rule, present: Float64, unknown: Float64) -> Odds:
    """Log-odds of recordings from their networks' logits."""
    return _calibrated(rule.calibration, present, unknown)


def exam_odds(rule: Rule, exams: Exams, recordings: Odds, quality: Float64) -> tuple[Odds, Labels]:
    """Log-odds of exams, and what the challenge policy says of each; one without a usable recording is unknown."""
    foremost = exams.foremost(recordings, quality)
    curves = rule.exam_calibration
    odds = Odds(
        curves.present.logit(foremost.odds.present),
        curves.unknown.logit(foremost.odds.unknown) + rule.quality_slope * foremost.quality,
    )
    doubtful = np.where(odds.unknown_probability >= rule.exam.unknown, "unknown", "absent")
    said = np.where(foremost.odds.probability >= rule.exam.present, "present", doubtful)
    return odds, np.where(foremost.usable, said, "unknown")
