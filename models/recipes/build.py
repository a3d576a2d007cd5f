"""From the data to a release: its trainings, their figures, and the folder that ships.

    python models/recipes/build.py --out models/murmur/VERSION

The last part of ``--out`` is the version. What ``--work`` holds already is taken up where it stopped. The lock is opened, once for
the version, and the opening entered in ``LOCK.md``. Progress goes to standard error, figures to standard output.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from pathlib import Path

from card import write_card, write_report
from dataset import Recording
from evaluate import WORK, evaluate, viterbi
from folds import FOLDS, assign_folds, split_hash
from golden import write_golden
from lock import unlocked
from lock_log import LOG
from lock_opening import Judging, open_lock
from manifest import Judgement, Training, write_manifest
from out_of_range import limit as distance_limit
from plots import draw
from release_figures import release_figures
from runs import RELEASE, SEEDS, all_runs, pack, perform, progress
from tables import out_of_fold_tables, release_tables
from targets import targets
from train import Recipe


def main() -> None:
    """Read the two folders and do everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the release; its name is the version")
    parser.add_argument("--work", type=Path, default=WORK, help="caches and checkpoints")
    parser.add_argument(
        "--open-again", default="", metavar="WHY", help="judge the locked people once more, under a changed rule"
    )
    parser.add_argument("--log", type=Path, default=LOG, help="the openings of the lock")
    arguments = parser.parse_args()
    perform(all_runs(), Recipe(), arguments.work)
    release(arguments.out, arguments.work, arguments.open_again, arguments.log)


def release(out: Path, work: Path, why: str = "", log: Path = LOG) -> None:
    """Judge the networks, open the lock, and write the release's folder. Raises SystemExit where a gate is missed."""
    rows, features, _ = pack(work)
    evaluation = evaluate(work)
    limit = distance_limit(evaluation.circor)
    judging = Judging(evaluation.rule, limit, viterbi(evaluation.durations))
    lock = open_lock(out.name, rows, features, work, judging, why=why, log=log)
    out.mkdir(parents=True, exist_ok=True)
    for precision in ("fp32", "int8"):
        shutil.copyfile(work / f"{RELEASE.name}.{precision}.onnx", out / f"model.{precision}.onnx")
    training = _training(rows)
    write_manifest(out, Judgement(evaluation.rule, evaluation.timing_rule), evaluation.durations, training, limit)
    write_golden(out)
    progress("figures of the release")
    figures = release_figures(out, evaluation, lock, limit, rows, work)
    tables = out_of_fold_tables(evaluation) | release_tables(figures)
    for name, table in tables.items():
        print(f"{name}\n{table}\n", flush=True)
    draw(out / "report", figures)
    write_card(out, figures, tables, training)
    write_report(out, figures, tables, training)
    if missed := [gate.name for gate in figures.gates if not gate.met]:
        raise SystemExit(f"Not to be released, a gate is missed: {'; '.join(missed)}.")


def _training(rows: tuple[Recording, ...]) -> Training:
    """What the release was trained on."""
    taught = targets(rows, Recipe().emphasis)
    folds = assign_folds(unlocked(rows))
    return Training(
        rows=Counter(rows[index].dataset for index in RELEASE.rows(rows) if taught.draws[index] > 0.0),
        people=len({row.group for row in rows if row.dataset == "circor"}),
        unlocked=sum(group.startswith("circor") for group in folds),
        split_sha256=split_hash(folds),
        folds=FOLDS,
        seeds=SEEDS,
    )


if __name__ == "__main__":
    main()
