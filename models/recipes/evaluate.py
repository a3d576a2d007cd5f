"""How good the recipe is: every figure that is made out of fold, by person, with its interval.

    python models/recipes/evaluate.py

Trains the folds that ``--work`` does not hold yet; the locked people are not looked at. Curves and thresholds of each fold
are fitted on the other four, each scored by the network that has never heard it. (That network has heard the fold that is
judged: networks without either would be ten more trainings a seed.) Progress goes to standard error, figures to standard
output.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from beats_figures import StatesFigures, states_figures
from dataset import REPOSITORY, Recording, data_folder, state_intervals
from durations import Duration, durations
from figures import Line, Quantisation, Trade, headline, quantisation, trade
from flags import Flags, flags
from folds import FOLDS, assign_folds
from in_product import InProduct, in_product, product_lines
from judged import Judged, cross_fitted, fold_rules, pooled_rule
from lock import unlocked
from manifest import in_force
from out_of_fold import at, only, out_of_fold
from out_of_range import limit
from people import Quality, circumstances
from reliability import Reliability, reliability
from runs import SEEDS, fold_run, fold_runs, pack, perform, progress
from scores import Scores
from subgroups import Part, Share, healthy_elsewhere, recording_parts, visit_parts
from tables import out_of_fold_tables
from takes import Listening, Takes, heard
from timing_figures import (
    Timed,
    TimingFigure,
    TimingRule,
    cross_fitted_figure,
    fit_timing,
    made_murmurs,
    other_folds,
    real_murmurs,
    together,
)
from train import Recipe
from verdicts import Rule

from stetho.heart.beats import Durations, StateDuration

WORK = REPOSITORY / ".cache" / "murmur"
THRESHOLDS = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.50)


@dataclass(frozen=True)
class Evaluation:
    """The figures, and what a release takes from the same scores: rules, durations.

    seeds: what the networks of each seed say of the unlocked people; in_product: the same behind the product's gate.
    circor: the eight-bit scores of the first.
    """

    seeds: Sequence[Judged]
    headline: Sequence[Line]
    in_product: Sequence[InProduct]
    product: Sequence[Line]
    reliability: Sequence[Reliability]
    trade: Sequence[Trade]
    flags: Sequence[Flags]
    quantisation: Quantisation
    states: StatesFigures
    visit_parts: Sequence[Part]
    recording_parts: Sequence[Part]
    healthy: Sequence[Share]
    timing: Sequence[TimingFigure]
    circor: Scores
    rule: Rule
    timing_rule: TimingRule
    durations: dict[str, Duration]


def evaluate(work: Path, seeds: Sequence[int] = SEEDS) -> Evaluation:
    """Judge the folds' networks in ``work``, each on the unlocked people that it has never heard."""
    rows, features, _ = pack(work)
    intervals = state_intervals(data_folder())
    every_seed = [out_of_fold(rows, features, work, seed) for seed in seeds]
    circor = [only(rows, scores, "circor") for scores in every_seed]
    known = [rows[index] for index in circor[0].rows]
    folds = assign_folds(unlocked(rows))
    fold = np.asarray([folds[row.group] for row in known])
    takes = _takes(known, fold, work, seeds)
    quality = [Quality(take.score, take.usable) for take in (takes[0][row.name].quality for row in known)]
    quality_scores = np.asarray([one.score for one in quality])
    lasting = durations(intervals, [row.name for row in known])
    judged, spoken = [], []
    for scores, heard_by in zip(circor, takes, strict=True):
        rules = fold_rules(known, scores, quality_scores, fold)
        judged.append(cross_fitted(known, scores, quality_scores, fold, rules))
        manifests = {
            one: in_force(rule, limit(at(scores, np.flatnonzero(fold != one).tolist())), viterbi(lasting))
            for one, rule in rules.items()
        }
        spoken.append(in_product(judged[-1], heard_by, [manifests[int(one)] for one in fold]))
    progress("figures")
    rule = pooled_rule(known, circor, quality_scores)
    timing_rule, timing = _timing(made_murmurs(rows, features, work), real_murmurs(known, circor[0], fold))
    float_scores = only(rows, out_of_fold(rows, features, work, SEEDS[0], "fp32"), "circor")
    return Evaluation(
        seeds=judged,
        headline=headline(judged),
        in_product=spoken,
        product=product_lines(spoken),
        reliability=reliability(judged),
        trade=trade(judged, THRESHOLDS),
        flags=flags(judged),
        quantisation=quantisation(judged[0], circor[0], float_scores, rule.calibration.present),
        states=states_figures(rows, features, circor[0], intervals, viterbi(lasting)),
        visit_parts=visit_parts(judged, circumstances(data_folder())),
        recording_parts=recording_parts(judged, quality),
        healthy=healthy_elsewhere(rows, every_seed, rule),
        timing=timing,
        circor=circor[0],
        rule=rule,
        timing_rule=timing_rule,
        durations=lasting,
    )


def _takes(known: Sequence[Recording], fold: npt.NDArray[np.int64], work: Path, seeds: Sequence[int]) -> list[Takes]:
    """What the product makes of everybody, of each seed: by the networks of the fold that they are in."""
    listenings = [
        Listening(
            tuple(work / f"{fold_run(one, seed).name}.int8.onnx" for seed in seeds),
            tuple(known[int(place)] for place in np.flatnonzero(fold == one)),
        )
        for one in range(FOLDS)
    ]
    parts = heard(listenings)
    return [{name: take for part in parts for name, take in part[seed].items()} for seed in range(len(seeds))]


def _timing(made: Sequence[Timed], real: Sequence[Timed]) -> tuple[TimingRule, Sequence[TimingFigure]]:
    """The rule that ships is of all folds; a figure of a fold is by the rule of the others."""
    rules = other_folds(made, real)
    return fit_timing(together(made), together(real)), (
        cross_fitted_figure("made in CirCor, out of fold, curves of the other folds", made, rules),
        cross_fitted_figure("CirCor, out of fold, curves and threshold of the other folds", real, rules),
    )


def viterbi(lasting: dict[str, Duration]) -> Durations:
    """The same durations as the product's decoder takes them."""
    return Durations(*(StateDuration(one.mean_s, one.sd_s, one.min_s, one.max_s) for one in lasting.values()))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK, help="caches and checkpoints")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, choices=SEEDS, help="fewer, for a first look")
    arguments = parser.parse_args()
    perform([run for run in fold_runs() if run.seed in arguments.seeds], Recipe(), arguments.work)
    for name, table in out_of_fold_tables(evaluate(arguments.work, arguments.seeds)).items():
        print(f"{name}\n{table}\n", flush=True)


if __name__ == "__main__":
    main()
