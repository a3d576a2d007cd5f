"""From the data to a release: six trainings, their figures, and the folder that ships.

    python models/recipes/build.py --out models/murmur/VERSION

The last part of ``--out`` is the version. What ``--work`` holds already is taken up where it stopped. Two cores need
about an hour; a GPU is used where there is one. Progress goes to standard error, figures to standard output.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
from card import Card, write_card
from dataset import data_folder
from evaluate import WORK, evaluate
from folds import FOLDS, assign_folds, split_hash
from golden import write_golden
from manifest import Judgement, Training, write_manifest
from other_sources import check_figures, made_figures
from out_of_range import distance_figures
from out_of_range import limit as distance_limit
from runs import RELEASE, all_runs, pack, perform
from scores import session
from speed import speed
from targets import targets
from train import Recipe


def main() -> None:
    """Read the two folders and do everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the release; its name is the version")
    parser.add_argument("--work", type=Path, default=WORK, help="caches and checkpoints")
    arguments = parser.parse_args()
    perform(all_runs(), Recipe(), arguments.work)
    release(arguments.out, arguments.work)


def release(out: Path, work: Path) -> None:
    """Judge the folds' networks, and write the release's folder."""
    evaluation = evaluate(work)
    calibration, rule = evaluation.calibration, evaluation.rule
    limit = distance_limit(evaluation.circor)
    out.mkdir(parents=True, exist_ok=True)
    for precision in ("fp32", "int8"):
        shutil.copyfile(work / f"{RELEASE}.{precision}.onnx", out / f"model.{precision}.onnx")
    training = _training(work)
    write_manifest(out, Judgement(calibration, rule), evaluation.durations, training, limit)
    write_golden(out)
    network = session(out / "model.int8.onnx")
    limit_logit = float(np.log(rule.recording.present / (1.0 - rule.recording.present)))
    threshold = (limit_logit - calibration.present.intercept) / calibration.present.slope
    rows, _, _ = pack(work)
    write_card(
        out,
        Card(
            evaluation=evaluation,
            check=check_figures(network, rows, data_folder()),
            distances=distance_figures(network, evaluation.circor, limit, data_folder()),
            distance_limit=limit,
            made=made_figures(network, threshold),
            speed=[speed(out / f"model.{precision}.onnx") for precision in ("int8", "fp32")],
            training=training,
        ),
    )


def _training(work: Path) -> Training:
    """What the release was trained on."""
    rows, _, _ = pack(work)
    runs = all_runs()
    taught = targets(rows, Recipe().emphasis)
    return Training(
        rows=Counter(rows[index].dataset for index in runs[-1].rows(rows) if taught.draws[index] > 0.0),
        split_sha256=split_hash(assign_folds(rows)),
        folds=FOLDS,
        seeds=tuple(run.seed for run in runs),
    )


if __name__ == "__main__":
    main()
