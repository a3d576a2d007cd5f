"""The figures of a release, each computed from out-of-fold scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import Recording
from metrics import Figure, auroc, calibration_error, figure, sensitivity_at, weighted_accuracy
from platt import sigmoid
from scores import Scores
from verdicts import Calibration, Exams, Labels, Odds, Rule, best_rule, calibrate, odds

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CrossFitted:
    """Log-odds and words of each fold, with curves and thresholds that come from the other folds."""

    recordings: Odds
    exams: Odds
    recording_labels: Labels
    exam_labels: Labels


@dataclass(frozen=True)
class MurmurFigures:
    """Of CirCor; areas are present against absent, where the expert could judge."""

    exam_auroc: Figure
    exam_auroc_of_mean: Figure
    recording_auroc: Figure
    recording_unknown_auroc: Figure
    exam_unknown_auroc: Figure
    sensitivity_at_90: Figure
    calibration_error: Figure
    words: WordFigures


@dataclass(frozen=True)
class WordFigures:
    """Of what is said of exams; ``confusion`` has a row for each true label."""

    sensitivity: Figure
    specificity: Figure
    unknown_found: Figure
    weighted_accuracy: Figure
    confusion: tuple[tuple[int, int, int], ...]


def cross_fit(rows: Sequence[Recording], scores: Scores, folds: Int64) -> CrossFitted:
    """Fit on four folds, speak of the fifth: what a new set of people would meet."""
    exams = Exams(rows)
    exam_folds = np.asarray([folds[members[0]] for members in exams.members])
    crossed = CrossFitted(
        Odds(np.zeros(len(rows)), np.zeros(len(rows))),
        Odds(np.zeros(len(exam_folds)), np.zeros(len(exam_folds))),
        np.full(len(rows), "", dtype="<U7"),
        np.full(len(exam_folds), "", dtype="<U7"),
    )
    for fold in np.unique(folds):
        others, own, own_exams = folds != fold, folds == fold, exam_folds == fold
        known = [row for row, use in zip(rows, others, strict=True) if use]
        calibration, rule = fitted(known, scores.present[others], scores.unknown[others])
        recordings = odds(calibration, scores.present, scores.unknown)
        of_exams, _ = exams.odds(recordings, rule.recording)
        crossed.recordings.present[own], crossed.recordings.unknown[own] = (
            recordings.present[own],
            recordings.unknown[own],
        )
        crossed.exams.present[own_exams], crossed.exams.unknown[own_exams] = (
            of_exams.present[own_exams],
            of_exams.unknown[own_exams],
        )
        crossed.recording_labels[own] = recordings.labels(rule.recording)[own]
        crossed.exam_labels[own_exams] = exams.labels(recordings, rule)[own_exams]
    return crossed


def fitted(rows: Sequence[Recording], present: Float64, unknown: Float64) -> tuple[Calibration, Rule]:
    """Curves and thresholds of these recordings: what is shipped, if they are all out-of-fold scores."""
    calibration = calibrate(rows, present, unknown)
    return calibration, best_rule(rows, odds(calibration, present, unknown))


def murmur_figures(rows: Sequence[Recording], scores: Scores, crossed: CrossFitted) -> MurmurFigures:
    """All figures of the murmur on CirCor."""
    exams = Exams(rows)
    people = [row.group for row in rows]
    labels = np.asarray([row.site_label for row in rows])
    truth = exams.truth
    judged, exam_judged = labels != "unknown", truth != "unknown"
    shipped, mean = crossed.exams.present, exams.mean(scores.present)

    def of_exams(chosen: Bool, measure: Callable[[Int64], float]) -> Figure:
        return _among(exams.people, chosen, measure)

    def of_recordings(chosen: Bool, measure: Callable[[Int64], float]) -> Figure:
        return _among(people, chosen, measure)

    everyone, everything = np.ones(len(truth), bool), np.ones(len(labels), bool)
    heard = labels == "present"
    return MurmurFigures(
        exam_auroc=of_exams(exam_judged, lambda i: auroc(truth[i] == "present", shipped[i])),
        exam_auroc_of_mean=of_exams(exam_judged, lambda i: auroc(truth[i] == "present", mean[i])),
        recording_auroc=of_recordings(judged, lambda i: auroc(heard[i], scores.present[i])),
        recording_unknown_auroc=of_recordings(everything, lambda i: auroc(labels[i] == "unknown", scores.unknown[i])),
        exam_unknown_auroc=of_exams(everyone, lambda i: auroc(truth[i] == "unknown", crossed.exams.unknown[i])),
        sensitivity_at_90=of_exams(exam_judged, lambda i: sensitivity_at(truth[i] == "present", shipped[i], 0.9)),
        calibration_error=of_recordings(
            judged, lambda i: calibration_error(heard[i], sigmoid(crossed.recordings.present[i]))
        ),
        words=_words(exams, crossed.exam_labels),
    )


def _words(exams: Exams, said: Labels) -> WordFigures:
    truth, people = exams.truth, exams.people
    everyone = np.ones(len(truth), bool)
    return WordFigures(
        sensitivity=_among(people, truth == "present", lambda i: float((said[i] == "present").mean())),
        specificity=_among(people, truth == "absent", lambda i: float((said[i] != "present").mean())),
        unknown_found=_among(people, truth == "unknown", lambda i: float((said[i] == "unknown").mean())),
        weighted_accuracy=_among(people, everyone, lambda i: weighted_accuracy(truth[i], said[i])),
        confusion=confusion(truth, said),
    )


def confusion(truth: Labels, said: Labels) -> tuple[tuple[int, int, int], ...]:
    """Counts; a row for each true label, a column for each word, both in the order present, unknown, absent."""
    order = ("present", "unknown", "absent")
    rows = (tuple(int(((truth == label) & (said == word)).sum()) for word in order) for label in order)
    return tuple((row[0], row[1], row[2]) for row in rows)


def difference_of_auroc(rows: Sequence[Recording], one: Scores, other: Scores) -> Figure:
    """Exam AUROC of ``one`` less that of ``other``, by the highest of all recordings, resampled together."""
    exams = Exams(rows)
    truth = exams.truth
    first, second = exams.highest(one.present), exams.highest(other.present)

    def gain(i: Int64) -> float:
        return auroc(truth[i] == "present", first[i]) - auroc(truth[i] == "present", second[i])

    return _among(exams.people, truth != "unknown", gain)


def _among(people: Sequence[str], chosen: Bool, measure: Callable[[Int64], float]) -> Figure:
    places = np.flatnonzero(chosen)
    return figure([people[index] for index in places], lambda items: measure(places[items]))
