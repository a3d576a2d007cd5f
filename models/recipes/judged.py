"""What networks say of people that they have never heard, beside what the expert said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from dataset import Recording
from scores import Scores
from verdicts import Exams, Labels, Odds, Rule, exam_odds, fit_rule, recording_odds

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Recordings and exams of CirCor: labels, calibrated log-odds, and the words of the challenge policy."""

    rows: Sequence[Recording]
    exams: Exams
    truth: Labels
    odds: Odds
    said: Labels
    exam_odds: Odds
    exam_said: Labels

    @property
    def people(self) -> list[str]:
        """The owner of each recording."""
        return [row.group for row in self.rows]


def judge(rows: Sequence[Recording], scores: Scores, quality: Float64, rule: Rule) -> Judged:
    """By a rule that none of these people took part in. ``quality``: the product's score of each recording."""
    exams = Exams(rows)
    odds = recording_odds(rule, scores.present, scores.unknown)
    of_exams, words = exam_odds(rule, exams, odds, quality)
    truth = np.asarray([row.site_label for row in rows])
    return Judged(rows, exams, truth, odds, odds.labels(rule.recording), of_exams, words)


def fold_rules(rows: Sequence[Recording], scores: Scores, quality: Float64, folds: Int64) -> dict[int, Rule]:
    """Of each fold, curves and thresholds that were fitted on the other four: what its people would meet.

    ``folds``: that of each recording's owner.
    """
    rules = {}
    for fold in np.unique(folds):
        others = folds != fold
        known = [row for row, use in zip(rows, others, strict=True) if use]
        rules[int(fold)] = fit_rule(known, scores.present[others], scores.unknown[others], quality[others])
    return rules


def cross_fitted(
    rows: Sequence[Recording], scores: Scores, quality: Float64, folds: Int64, rules: Mapping[int, Rule]
) -> Judged:
    """Everybody by the rule of their fold."""
    parts = {fold: judge(rows, scores, quality, rule) for fold, rule in rules.items()}
    first = parts[int(folds[0])]
    exam_folds = np.asarray([folds[members[0]] for members in first.exams.members])
    return replace(
        first,
        odds=Odds(
            _pick(folds, {fold: part.odds.present for fold, part in parts.items()}),
            _pick(folds, {fold: part.odds.unknown for fold, part in parts.items()}),
        ),
        said=_pick(folds, {fold: part.said for fold, part in parts.items()}),
        exam_odds=Odds(
            _pick(exam_folds, {fold: part.exam_odds.present for fold, part in parts.items()}),
            _pick(exam_folds, {fold: part.exam_odds.unknown for fold, part in parts.items()}),
        ),
        exam_said=_pick(exam_folds, {fold: part.exam_said for fold, part in parts.items()}),
    )


def _pick(folds: Int64, parts: dict[int, npt.NDArray]) -> npt.NDArray:
    """Each item from the part of its own fold."""
    picked = np.empty_like(next(iter(parts.values())))
    for fold, values in parts.items():
        picked[folds == fold] = values[folds == fold]
    return picked


def pooled_rule(rows: Sequence[Recording], every_seed: Sequence[Scores], quality: Float64) -> Rule:
    """One rule of all seeds' out-of-fold scores: that of a network of whatever seed. Every seed is a visit of its own."""
    apart = [replace(row, visit=f"{row.visit} {seed}") for seed, _ in enumerate(every_seed) for row in rows]
    return fit_rule(
        apart,
        np.concatenate([scores.present for scores in every_seed]),
        np.concatenate([scores.unknown for scores in every_seed]),
        np.tile(quality, len(every_seed)),
    )
