"""From the data to a release: six trainings, their figures, and the folder that ships.

    python models/recipes/build.py --out models/murmur/1.0.0

The last part of ``--out`` is the version. What ``--work`` holds already is taken up where it stopped. Two cores need
about an hour; a GPU is used where there is one. Progress goes to standard error, figures to standard output.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
from beats_figures import states_figures
from card import Card, write_card
from dataset import REPOSITORY, Recording, data_folder, state_intervals
from durations import Duration, durations
from figures import cross_fit, difference_of_auroc, fitted, murmur_figures
from folds import FOLDS, assign_folds, split_hash
from golden import write_golden
from manifest import Judgement, Training, write_manifest
from other_sources import check_figures, made_figures
from out_of_fold import joined, out_of_fold
from out_of_range import distance_figures
from out_of_range import limit as distance_limit
from robustness import robustness
from runs import RELEASE, all_runs, pack, perform
from scores import Scores, session
from speed import speed
from subgroups import healthy_elsewhere, subgroups
from targets import targets
from train import Recipe

from stetho.heart.beats import Durations, StateDuration


def main() -> None:
    """Read the two folders and do everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the release; its name is the version")
    parser.add_argument("--work", type=Path, default=REPOSITORY / ".cache" / "murmur", help="caches and checkpoints")
    arguments = parser.parse_args()
    perform(all_runs(), Recipe(), arguments.work)
    release(arguments.out, arguments.work)


def release(out: Path, work: Path) -> None:
    """Judge the folds' networks, and write the release's folder."""
    rows, features, _ = pack(work)
    intervals = state_intervals(data_folder())
    folds = assign_folds(rows)
    parts = {precision: joined(out_of_fold(rows, features, work, precision)) for precision in ("int8", "fp32")}
    circor = {precision: only(rows, scores, "circor") for precision, scores in parts.items()}
    judged = [rows[index] for index in circor["int8"].rows]
    fold_of = np.asarray([folds[row.group] for row in judged])
    crossed = cross_fit(judged, circor["int8"], fold_of)
    calibration, rule = fitted(judged, circor["int8"].present, circor["int8"].unknown)
    lasting = durations(intervals, [row.name for row in judged])
    limit = distance_limit(circor["int8"])

    out.mkdir(parents=True, exist_ok=True)
    for precision in ("fp32", "int8"):
        shutil.copyfile(work / f"{RELEASE}.{precision}.onnx", out / f"model.{precision}.onnx")
    runs = all_runs()
    taught = targets(rows, Recipe().emphasis)
    training = Training(
        rows=Counter(rows[index].dataset for index in runs[-1].rows(rows) if taught.draws[index] > 0.0),
        split_sha256=split_hash(folds),
        folds=FOLDS,
        seeds=tuple(run.seed for run in runs),
    )
    write_manifest(out, Judgement(calibration, rule), lasting, training, limit)
    write_golden(out)
    network = session(out / "model.int8.onnx")
    limit_logit = float(np.log(rule.recording.present / (1.0 - rule.recording.present)))
    threshold = (limit_logit - calibration.present.intercept) / calibration.present.slope
    write_card(
        out,
        Card(
            murmur=murmur_figures(judged, circor["int8"], crossed),
            quantisation=difference_of_auroc(judged, circor["int8"], circor["fp32"]),
            states=states_figures(rows, features, circor["int8"], intervals, viterbi(lasting)),
            subgroups=subgroups(judged, circor["int8"], crossed),
            healthy=healthy_elsewhere(rows, parts["int8"], calibration, rule.recording),
            check=check_figures(network, rows, data_folder()),
            distances=distance_figures(network, circor["int8"], limit, data_folder()),
            distance_limit=limit,
            made=made_figures(network, threshold),
            robustness=robustness(rows, features, work),
            speed=[speed(out / f"model.{precision}.onnx") for precision in ("int8", "fp32")],
            training=training,
            rule=rule,
        ),
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


if __name__ == "__main__":
    main()
