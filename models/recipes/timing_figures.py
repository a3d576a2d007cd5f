"""When a murmur sounds: how well the network tells systole from diastole, and the curves that the product needs for it.

CirCor holds hardly a diastolic murmur, so the curves are fitted on made ones too: murmurs placed by phase into recordings
without one, of people whom the network has not heard. Both are judged by curves and thresholds of the other folds, and hearts
that others made by those of all: the simulator's, of seeds that nothing was chosen on, and a manikin's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from batches import ENOUGH_ANNOTATED, PHASES
from dataset import UNANNOTATED, Recording
from export import INPUT, OUTPUTS
from features import HOP_FRAMES, WINDOW_FRAMES, Features
from figures import Goal
from folds import FOLDS
from metrics import Figure, figure, share
from out_of_fold import judged_on
from platt import fit
from runs import fold_run
from scores import Scores, session
from synthetic import with_murmur
from timing_rule import TimingRule, evidence

from stetho.inference.probability import DECIMALS

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

MADE_PER_FOLD = 60  # recordings, each with a murmur in systole, in diastole, and in both
MOST_FALSE = 0.05  # of the real systolic murmurs are told a diastole too: for each true one there are fifty of them
SEED = 3
KINDS = (("systole",), ("diastole",), PHASES)


@dataclass(frozen=True)
class Timed:
    """Murmurs whose time is known. ``logits``: uncalibrated, ``(n, 2)``; ``truth``: in systole, in diastole, ``(n, 2)``."""

    people: tuple[str, ...]
    logits: Float64
    truth: Bool


def real_murmurs(rows: Sequence[Recording], scores: Scores, folds: Int64) -> list[Timed]:
    """CirCor's, where the expert heard them, of each fold, out of fold. ``folds``: that of each recording's owner."""
    return [_real(rows, scores, np.flatnonzero(folds == fold)) for fold in range(FOLDS)]


def _real(rows: Sequence[Recording], scores: Scores, chosen: Int64) -> Timed:
    places = [int(place) for place in chosen if rows[place].site_label == "present"]
    own = [rows[place] for place in places]
    truth = np.asarray([(bool(row.timing), row.diastolic) for row in own])
    return Timed(tuple(row.group for row in own), scores.timing[places], truth)


def made_murmurs(rows: Sequence[Recording], features: Features, work: Path) -> list[Timed]:
    """Made murmurs in silent, annotated recordings of each fold's people, heard by the network of the first seed."""
    return [_made(rows, features, work, fold) for fold in range(FOLDS)]


def together(parts: Sequence[Timed]) -> Timed:
    """As one."""
    return Timed(
        tuple(person for part in parts for person in part.people),
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.truth for part in parts]),
    )


def _made(rows: Sequence[Recording], features: Features, work: Path, fold: int) -> Timed:
    run = fold_run(fold, seed=0)
    graph = session(work / f"{run.name}.int8.onnx")
    generator = np.random.default_rng([SEED, fold])
    silent = [i for i in judged_on(run, rows) if rows[i].dataset == "circor" and rows[i].visit_label == "absent"]
    generator.shuffle(silent)
    people, logits, truth = [], [], []
    for index in silent:
        windows = _annotated(features, index)
        if not windows:
            continue
        for phases in KINDS:
            changed = np.stack([_with(power, states, phases, generator) for power, states in windows])
            heard = graph.run([OUTPUTS[3]], {INPUT: changed[:, None]})[0]
            people.append(rows[index].group)
            logits.append(np.asarray(heard, np.float64).mean(axis=0))
            truth.append([phase in phases for phase in PHASES])
        if len(people) == MADE_PER_FOLD * len(KINDS):
            break
    return Timed(tuple(people), np.asarray(logits), np.asarray(truth, bool))


def _annotated(features: Features, index: int) -> list[tuple[Float32, Int64]]:
    """Power ``(frames, mels)`` and states ``(frames,)`` of a recording's well-annotated windows."""
    states = features.state_labels(index).astype(np.int64).repeat(2)
    found = []
    for number, window in enumerate(features.windows(index)):
        own = states[number * HOP_FRAMES : number * HOP_FRAMES + WINDOW_FRAMES]
        if (own != UNANNOTATED).mean() > ENOUGH_ANNOTATED:
            found.append((np.exp(window.T), own))
    return found


def _with(power: Float32, states: Int64, phases: Sequence[str], generator: np.random.Generator) -> Float32:
    for phase in phases:
        power = with_murmur(power, states, phase, generator)
    return np.asarray(np.log(power).T, np.float32)


def other_folds(made: Sequence[Timed], real: Sequence[Timed]) -> list[TimingRule]:
    """Of each fold, the rule that was fitted on the others."""
    kept = [[other for other in range(len(made)) if other != fold] for fold in range(len(made))]
    return [fit_timing(together([made[k] for k in own]), together([real[k] for k in own])) for own in kept]


def fit_timing(made: Timed, real: Timed) -> TimingRule:
    """Curves that take a half with and without a murmur for equally likely; the even choice for systole, and for diastole where
    `MOST_FALSE` of CirCor's systolic murmurs are told one. Made murmurs are surer to be found than anyone's, so they can't say where."""
    logits, truth = np.concatenate([made.logits, real.logits]), np.concatenate([made.truth, real.truth])
    curves = [fit(x, truth[:, half], _balance(truth[:, half])) for half, x in enumerate(evidence(logits))]
    systolic_alone = real.truth[:, 0] & ~real.truth[:, 1]
    told = np.quantile(curves[1].probability(evidence(real.logits)[1][systolic_alone]), 1.0 - MOST_FALSE)
    return TimingRule((curves[0], curves[1]), (0.5, round(float(told), DECIMALS)))


def _balance(positive: Bool) -> Float64:
    """Weights that give both classes the same sum."""
    return np.where(positive, 0.5 / positive.mean(), 0.5 / (~positive).mean())


@dataclass(frozen=True)
class TimingFigure:
    """Of murmurs of one source: of each half, the mean of the share of those with it that were told it and of those
    without it that were not. Not there where a source has murmurs of one kind alone. ``goal``: of both, where there is one."""

    source: str
    murmurs: int
    systolic: Figure | None
    diastolic: Figure | None
    counts: tuple[tuple[int, int, int, int], ...]
    goal: Goal | None = None


GOAL = Goal(">=", 0.90)
TRUTHS = ((True, False), (False, True), (True, True))


def timing_figure(source: str, murmurs: Timed, rule: TimingRule, goal: Goal | None = GOAL) -> TimingFigure:
    """By one rule, which these murmurs had no part in."""
    return _figure(source, murmurs, rule.said(murmurs.logits), goal)


def cross_fitted_figure(source: str, folds: Sequence[Timed], rules: Sequence[TimingRule]) -> TimingFigure:
    """Each fold by the rule of the others."""
    said = [rule.said(own.logits) for own, rule in zip(folds, rules, strict=True)]
    return _figure(source, together(folds), np.concatenate(said), None)


def _figure(source: str, murmurs: Timed, said: Bool, goal: Goal | None) -> TimingFigure:
    """``counts``: a row for systolic, diastolic, both; a column for each, and for neither."""
    counts = tuple(
        tuple(int(_is(murmurs.truth, true)[_is(said, word)].sum()) for word in (*TRUTHS, (False, False)))
        for true in TRUTHS
    )
    systolic, diastolic = (_balanced(murmurs, said, half) for half in (0, 1))
    return TimingFigure(source, len(said), systolic, diastolic, counts, goal)


def _is(halves: Bool, kind: tuple[bool, bool]) -> Bool:
    return np.asarray((halves == np.asarray(kind)).all(axis=1))


def _balanced(murmurs: Timed, said: Bool, half: int) -> Figure | None:
    truth = murmurs.truth[:, half]
    if truth.all() or not truth.any():
        return None

    def measure(items: Int64) -> float:
        true, word = truth[items], said[items, half]
        return 0.5 * (share(word[true]) + share(~word[~true]))

    return figure(murmurs.people, measure)
