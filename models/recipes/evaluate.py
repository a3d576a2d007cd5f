"""How good the recipe is: every figure that is made out of fold, by person, with its interval.

    python models/recipes/evaluate.py

Trains the folds that ``--work`` does not hold yet; the locked people are not looked at. Progress goes to standard error,
figures to standard output.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from beats_figures import StatesFigures, states_figures
from dataset import REPOSITORY, Recording, data_folder, state_intervals
from durations import Duration, durations
from features import Features
from figures import Line, Quantisation, Trade, headline, quantisation, trade
from flags import Flags, flags
from folds import assign_folds
from judged import Judged, cross_fit, pooled_rule
from lock import unlocked
from out_of_fold import only, out_of_fold
from people import circumstances, qualities
from reliability import Reliability, reliability
from runs import SEEDS, fold_runs, pack, perform, progress
from scores import Scores
from subgroups import Part, Share, healthy_elsewhere, recording_parts, visit_parts
from tables import out_of_fold_tables
from timing_figures import TimingFigure, TimingRule, fit_timing, made_murmurs, real_murmurs, timing_figure
from train import Recipe
from verdicts import Rule

from stetho.heart.beats import Durations, StateDuration

WORK = REPOSITORY / ".cache" / "murmur"
THRESHOLDS = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.50)


@dataclass(frozen=True)
class Evaluation:
    """The figures, and what a release takes from the same scores: rules, durations.

    seeds: what the networks of each seed say of the unlocked people. circor: the eight-bit scores of the first.
    """

    seeds: Sequence[Judged]
    headline: Sequence[Line]
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
    every_seed = [out_of_fold(rows, features, work, seed) for seed in seeds]
    circor = [only(rows, scores, "circor") for scores in every_seed]
    known = [rows[index] for index in circor[0].rows]
    folds = assign_folds(unlocked(rows))
    fold = np.asarray([folds[row.group] for row in known])
    quality = qualities(known, work, progress)
    quality_scores = np.asarray([one.score for one in quality])
    judged = [cross_fit(known, scores, quality_scores, fold) for scores in circor]
    progress("figures")
    rule = pooled_rule(known, circor, quality_scores)
    intervals = state_intervals(data_folder())
    lasting = durations(intervals, [row.name for row in known])
    timing_rule, timing = _timing(rows, known, features, circor[0], work)
    float_scores = only(rows, out_of_fold(rows, features, work, SEEDS[0], "fp32"), "circor")
    return Evaluation(
        seeds=judged,
        headline=headline(judged),
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


def _timing(
    rows: Sequence[Recording], known: Sequence[Recording], features: Features, circor: Scores, work: Path
) -> tuple[TimingRule, Sequence[TimingFigure]]:
    made, real = made_murmurs(rows, features, work), real_murmurs(known, circor)
    rule = fit_timing(made, real)
    return rule, (
        timing_figure("made, what the curves were fitted on", made, rule),
        timing_figure("CirCor: network out of fold, curves and threshold fitted on these too", real, rule),
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
