"""How good the recipe is: every figure that is made out of fold, by person, with its interval.

    python models/recipes/evaluate.py

Trains the folds that ``--work`` does not hold yet. Progress goes to standard error, figures to standard output.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from beats_figures import StatesFigures, states_figures
from dataset import REPOSITORY, Recording, data_folder, state_intervals
from durations import Duration, durations
from figures import MurmurFigures, cross_fit, difference_of_auroc, fitted, murmur_figures
from folds import assign_folds
from metrics import Figure
from out_of_fold import joined, out_of_fold
from robustness import robustness
from runs import RELEASE, all_runs, pack, perform
from scores import Scores
from subgroups import Subgroup, healthy_elsewhere, subgroups
from tables import out_of_fold_tables
from train import Recipe
from verdicts import Calibration, Rule

from stetho.heart.beats import Durations, StateDuration

WORK = REPOSITORY / ".cache" / "murmur"


@dataclass(frozen=True)
class Evaluation:
    """The figures, and what a release takes from the same scores: curves, thresholds, durations.

    circor: the eight-bit scores of CirCor's recordings.
    """

    murmur: MurmurFigures
    quantisation: Figure
    states: StatesFigures
    subgroups: Sequence[Subgroup]
    healthy: Sequence[Subgroup]
    robustness: Mapping[str, Figure]
    circor: Scores
    calibration: Calibration
    rule: Rule
    durations: dict[str, Duration]


def evaluate(work: Path) -> Evaluation:
    """Judge the folds' networks in ``work``, each on the people that it has never heard."""
    rows, features, _ = pack(work)
    intervals = state_intervals(data_folder())
    folds = assign_folds(rows)
    parts = {precision: joined(out_of_fold(rows, features, work, precision)) for precision in ("int8", "fp32")}
    circor = {precision: only(rows, scores, "circor") for precision, scores in parts.items()}
    judged = [rows[index] for index in circor["int8"].rows]
    crossed = cross_fit(judged, circor["int8"], np.asarray([folds[row.group] for row in judged]))
    calibration, rule = fitted(judged, circor["int8"].present, circor["int8"].unknown)
    lasting = durations(intervals, [row.name for row in judged])
    return Evaluation(
        murmur=murmur_figures(judged, circor["int8"], crossed),
        quantisation=difference_of_auroc(judged, circor["int8"], circor["fp32"]),
        states=states_figures(rows, features, circor["int8"], intervals, viterbi(lasting)),
        subgroups=subgroups(judged, circor["int8"], crossed),
        healthy=healthy_elsewhere(rows, parts["int8"], calibration, rule.recording),
        robustness=robustness(rows, features, work),
        circor=circor["int8"],
        calibration=calibration,
        rule=rule,
        durations=lasting,
    )


def only(rows: tuple[Recording, ...], scores: Scores, dataset: str) -> Scores:
    """The scores of one dataset."""
    places = [place for place, index in enumerate(scores.rows) if rows[index].dataset == dataset]
    return Scores(
        tuple(scores.rows[place] for place in places),
        scores.present[places],
        scores.unknown[places],
        tuple(scores.states[place] for place in places),
        tuple(scores.embedding[place] for place in places),
    )


def viterbi(lasting: dict[str, Duration]) -> Durations:
    """The same durations as the product's decoder takes them."""
    return Durations(*(StateDuration(one.mean_s, one.sd_s, one.min_s, one.max_s) for one in lasting.values()))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK, help="caches and checkpoints")
    work = parser.parse_args().work
    perform([run for run in all_runs() if run.name != RELEASE], Recipe(), work)
    for name, table in out_of_fold_tables(evaluate(work)).items():
        print(f"{name}\n{table}\n", flush=True)


if __name__ == "__main__":
    main()
