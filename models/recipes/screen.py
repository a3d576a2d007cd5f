"""One idea against the recipe: two folds, one seed, and whether people tell them apart.

    python models/recipes/screen.py VARIANT [--folds 0 1]

Only unlocked people are seen. The difference is resampled by person, both networks together; an idea is kept when its
interval excludes that there is no gain. What came of each is told in ``EXPERIMENTS.md``.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from batches import Variety
from dataset import REPOSITORY, Recording
from export import export_float
from metrics import auroc, figure
from network import Shape
from runs import fold_run, pack, progress
from scores import Scores, score, session
from targets import Emphasis
from train import Recipe, Schedule, train
from verdicts import Exams

BASELINE = "recipe"
VARIANTS: dict[str, Recipe] = {
    BASELINE: Recipe(),
    "wide": Recipe(shape=Shape(bands=(32, 48, 64, 64), channels=128)),
    "long": Recipe(schedule=Schedule(steps=6400)),
    "short": Recipe(schedule=Schedule(steps=1600)),
    "no_made": Recipe(variety=replace(Variety(), made_share=0.0, made_second=0.0)),
    "no_timing": Recipe(schedule=Schedule(timing_share=0.0)),
    "silent_site_full": Recipe(emphasis=Emphasis(silent_site=1.0)),
    "quieter": Recipe(variety=replace(Variety(), noise_share=0.35, noise_db=(8.0, 35.0), drowning=False)),
    "soon_drowned": Recipe(variety=replace(Variety(), drowned_db=(-9.0, 0.0))),
    "not_drowning": Recipe(variety=replace(Variety(), drowning=False)),
}

Measure = Callable[[Sequence[Recording], Scores], tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64], list[str]]]


def screened(variant: str, fold: int, work: Path) -> Scores:
    """Scores of the unlocked people of ``fold`` by a network of ``variant`` that has never heard them; kept in ``work``."""
    kept = work / f"{variant}.fold{fold}.scores"
    if kept.exists():
        loaded: Scores = pickle.loads(kept.read_bytes())  # our own file of this recipe
        return loaded
    torch.set_num_threads(1)
    rows, features, rooms = pack(work)
    run = fold_run(fold, seed=0)
    chosen = run.rows(rows)
    model = train(
        features, rows, chosen, rooms, VARIANTS[variant], run.seed, work / f"{variant}.fold{fold}.pt", progress
    )
    export_float(model, work / f"{variant}.fold{fold}.onnx")
    scores = score(session(work / f"{variant}.fold{fold}.onnx"), features, _held_out(rows, chosen), progress)
    kept.write_bytes(pickle.dumps(scores))
    return scores


def _held_out(rows: Sequence[Recording], chosen: Sequence[int]) -> list[int]:
    everyone = set(fold_run(-1, seed=0).rows(rows))
    return sorted(index for index in everyone - set(chosen) if rows[index].dataset == "circor")


def by_recording(
    rows: Sequence[Recording], scores: Scores
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64], list[str]]:
    """Present against absent at the site."""
    judged = [place for place, row in enumerate(rows) if row.site_label != "unknown"]
    heard = np.asarray([rows[place].site_label == "present" for place in judged])
    return heard, scores.present[judged], [rows[place].group for place in judged]


def by_exam(
    rows: Sequence[Recording], scores: Scores
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64], list[str]]:
    """Present against absent and unknown, by the highest recording of a visit."""
    exams = Exams(rows)
    return exams.truth == "present", exams.highest(scores.present), list(exams.people)


def unknown(
    rows: Sequence[Recording], scores: Scores
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64], list[str]]:
    """Unknown visits against all others, by the mean of a visit's recordings."""
    exams = Exams(rows)
    return exams.truth == "unknown", exams.mean(scores.unknown), list(exams.people)


MEASURES: dict[str, Measure] = {"recording": by_recording, "visit": by_exam, "unknown visit": unknown}


def compare(variant: str, folds: Sequence[int], work: Path) -> None:
    """Print each measure of both, and their difference."""
    everything, _, _ = pack(work)
    for name, measure in MEASURES.items():
        truth, mine, theirs, people = [], [], [], []
        for fold in folds:
            for part, recipe in ((mine, variant), (theirs, BASELINE)):
                scores = screened(recipe, fold, work)
                heard, x, owners = measure([everything[index] for index in scores.rows], scores)
                part.append(x)
            truth.append(heard)
            people += owners
        own = figure(people, _mean_area(truth, mine))
        gain = figure(
            people, lambda items, t=truth, m=mine, o=theirs: _mean_area(t, m)(items) - _mean_area(t, o)(items)
        )
        each = " ".join(f"{auroc(t, x):.4f}" for t, x in zip(truth, mine, strict=True))
        print(
            f"{variant:18} {name:14} {each}  together {own}  gain {gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"
        )


def _mean_area(
    truth: Sequence[npt.NDArray[np.bool_]], x: Sequence[npt.NDArray[np.float64]]
) -> Callable[[npt.NDArray[np.int64]], float]:
    """Mean over folds of the area within each: the networks of two folds have no common scale."""
    starts = np.cumsum([0, *(len(part) for part in truth)])

    def measure(items: npt.NDArray[np.int64]) -> float:
        areas = []
        for start, heard, values in zip(starts, truth, x, strict=False):
            own = items[(items >= start) & (items < start + len(heard))] - start
            areas.append(auroc(heard[own], values[own]))
        return float(np.mean(areas))

    return measure


def main() -> None:
    """Train what is missing, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("variant", choices=sorted(VARIANTS))
    parser.add_argument("--folds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--work", type=Path, default=REPOSITORY / ".cache" / "screen", help="caches and checkpoints")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    compare(arguments.variant, arguments.folds, arguments.work)


if __name__ == "__main__":
    main()
