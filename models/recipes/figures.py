"""The figures of a release, each computed from out-of-fold scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import Recording
from metrics import Figure, auroc, calibration_error, figure, sensitivity_at, weighted_accuracy
from scores import Scores
from verdicts import Calibration, Exams, Thresholds, best_thresholds, calibrate, recording_labels

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CrossFitted:
    """Probabilities and words of each fold, with curves and thresholds that come from the other folds."""

    present: Float64
    unknown: Float64
    recording_labels: list[str]
    exam_labels: list[str]


@dataclass(frozen=True)
class MurmurFigures:
    """Of CirCor; areas are present against absent, where the expert could judge."""

    exam_auroc: Figure
    exam_auroc_of_mean: Figure
    recording_auroc: Figure
    recording_unknown_auroc: Figure
    exam_unknown_auroc: Figure
    sensitivity_at_90: Figure
    weighted_accuracy: Figure
    sensitivity: Figure
    specificity: Figure
    unknown_found: Figure
    calibration_error: Figure
    confusion: tuple[tuple[int, int, int], ...]


def cross_fit(rows: Sequence[Recording], scores: Scores, folds: Int64) -> CrossFitted:
    """Fit on four folds, speak of the fifth: what a new set of people would meet."""
    present, unknown = np.zeros(len(rows)), np.zeros(len(rows))
    spoken = np.full(len(rows), "", dtype=object)
    exams = Exams(rows)
    said = np.full(len(exams.members), "", dtype=object)
    exam_folds = np.asarray([folds[members[0]] for members in exams.members])
    for fold in np.unique(folds):
        others, own = folds != fold, folds == fold
        fitted = calibrate(
            [row for row, use in zip(rows, others, strict=True) if use], scores.present[others], scores.unknown[others]
        )
        everywhere = fitted.present.probability(scores.present), fitted.unknown.probability(scores.unknown)
        thresholds = best_thresholds(exams, list(np.flatnonzero(exam_folds != fold)), *everywhere)
        labels = exams.labels(*everywhere, thresholds)
        for index in np.flatnonzero(exam_folds == fold):
            said[index] = labels[index]
        present[own], unknown[own] = everywhere[0][own], everywhere[1][own]
        spoken[own] = np.asarray(recording_labels(*everywhere, thresholds), dtype=object)[own]
    return CrossFitted(present, unknown, list(spoken), list(said))


def final_rule(rows: Sequence[Recording], scores: Scores) -> tuple[Calibration, Thresholds]:
    """Curves and thresholds that are shipped: of all out-of-fold scores."""
    fitted = calibrate(rows, scores.present, scores.unknown)
    exams = Exams(rows)
    probabilities = fitted.present.probability(scores.present), fitted.unknown.probability(scores.unknown)
    return fitted, best_thresholds(exams, range(len(exams.members)), *probabilities)


def murmur_figures(rows: Sequence[Recording], scores: Scores, crossed: CrossFitted) -> MurmurFigures:
    """All figures of the murmur on CirCor."""
    exams = Exams(rows)
    people = [row.group for row in rows]
    labels = np.asarray([row.site_label for row in rows])
    truth = np.asarray(exams.truth)
    said = np.asarray(crossed.exam_labels)
    judged, exam_judged = labels != "unknown", truth != "unknown"
    highest, mean = exams.highest(scores.present), exams.mean(scores.present)
    doubt = exams.mean(scores.unknown)

    def of_exams(chosen: Bool, measure: Callable[[Int64], float]) -> Figure:
        return _among(exams.people, chosen, measure)

    def of_recordings(chosen: Bool, measure: Callable[[Int64], float]) -> Figure:
        return _among(people, chosen, measure)

    everyone, everything = np.ones(len(truth), bool), np.ones(len(labels), bool)
    heard = labels == "present"
    return MurmurFigures(
        exam_auroc=of_exams(exam_judged, lambda i: auroc(truth[i] == "present", highest[i])),
        exam_auroc_of_mean=of_exams(exam_judged, lambda i: auroc(truth[i] == "present", mean[i])),
        recording_auroc=of_recordings(judged, lambda i: auroc(heard[i], scores.present[i])),
        recording_unknown_auroc=of_recordings(everything, lambda i: auroc(labels[i] == "unknown", scores.unknown[i])),
        exam_unknown_auroc=of_exams(everyone, lambda i: auroc(truth[i] == "unknown", doubt[i])),
        sensitivity_at_90=of_exams(exam_judged, lambda i: sensitivity_at(truth[i] == "present", highest[i], 0.9)),
        weighted_accuracy=of_exams(everyone, lambda i: weighted_accuracy(list(truth[i]), list(said[i]))),
        sensitivity=of_exams(truth == "present", lambda i: float((said[i] == "present").mean())),
        specificity=of_exams(truth == "absent", lambda i: float((said[i] != "present").mean())),
        unknown_found=of_exams(truth == "unknown", lambda i: float((said[i] == "unknown").mean())),
        calibration_error=of_recordings(judged, lambda i: calibration_error(heard[i], crossed.present[i])),
        confusion=confusion(exams.truth, crossed.exam_labels),
    )


def confusion(truth: Sequence[str], said: Sequence[str]) -> tuple[tuple[int, int, int], ...]:
    """Counts; a row for each true label, a column for each word, both in the order present, unknown, absent."""
    order = ("present", "unknown", "absent")
    pairs = list(zip(truth, said, strict=True))
    rows = (tuple(pairs.count((label, word)) for word in order) for label in order)
    return tuple((row[0], row[1], row[2]) for row in rows)


def difference_of_auroc(rows: Sequence[Recording], one: Scores, other: Scores) -> Figure:
    """Exam AUROC of ``one`` less that of ``other``, resampled together."""
    exams = Exams(rows)
    truth = np.asarray(exams.truth)
    first, second = exams.highest(one.present), exams.highest(other.present)

    def gain(i: Int64) -> float:
        return auroc(truth[i] == "present", first[i]) - auroc(truth[i] == "present", second[i])

    return _among(exams.people, truth != "unknown", gain)


def _among(people: Sequence[str], chosen: Bool, measure: Callable[[Int64], float]) -> Figure:
    places = np.flatnonzero(chosen)
    return figure([people[index] for index in places], lambda items: measure(places[items]))
