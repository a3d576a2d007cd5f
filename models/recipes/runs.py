"""The trainings of a release: each fold of the unlocked people with each seed, all unlocked people, and everybody."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from dataset import Recording, data_folder, recordings, state_intervals
from export import export_float, quantise
from features import Features, build_features
from folds import FOLDS, assign_folds
from lock import is_locked, unlocked
from network import Complete
from rooms import room_power
from train import Recipe, train

Float32 = npt.NDArray[np.float32]

CALIBRATION_WINDOWS = 400
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Run:
    """One network. ``part``: ``fold0`` to ``fold4``, trained on the unlocked people of the other folds; ``unlocked``, on all
    of those, to be judged on the locked ones; ``release``, on everybody."""

    part: str
    seed: int

    @property
    def name(self) -> str:
        """Stem of the run's files."""
        return f"{self.part}.seed{self.seed}"

    def rows(self, everything: Sequence[Recording]) -> list[int]:
        """The rows it may see."""
        folds = assign_folds(unlocked(everything))
        return [index for index, row in enumerate(everything) if row.use == "train" and self._sees(row, folds)]

    def _sees(self, row: Recording, folds: dict[str, int]) -> bool:
        if self.part == "release":
            return True
        return not is_locked(row.group) and f"fold{folds[row.group]}" != self.part


def fold_run(fold: int, seed: int) -> Run:
    """The run that has never heard the people of ``fold``."""
    return Run(f"fold{fold}", seed)


UNLOCKED, RELEASE = Run("unlocked", SEEDS[0]), Run("release", SEEDS[0])


def fold_runs() -> tuple[Run, ...]:
    """Every fold with every seed; the first seed first, so that its figures can be had early."""
    return tuple(fold_run(fold, seed) for seed in SEEDS for fold in range(FOLDS))


def all_runs() -> tuple[Run, ...]:
    """All of a release."""
    return (*fold_runs(), UNLOCKED, RELEASE)


def progress(line: str) -> None:
    """Say how far the work is; results go elsewhere."""
    print(line, file=sys.stderr, flush=True)


def perform(runs: Sequence[Run], recipe: Recipe, work: Path) -> None:
    """Train, export and quantise ``runs``; what ``work`` holds already is taken up or kept."""
    work.mkdir(parents=True, exist_ok=True)
    pack(work)  # the caches, once, before two processes would make them
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        for done in [pool.submit(_perform, run, recipe, work) for run in runs]:
            done.result()


def pack(work: Path) -> tuple[tuple[Recording, ...], Features, Float32]:
    """The rows, their features and the room sounds."""
    folder = data_folder()
    rows = recordings(folder)
    features = build_features(rows, state_intervals(folder), work / "features", progress)
    return rows, features, room_power(folder, work / "features")


def _perform(run: Run, recipe: Recipe, work: Path) -> None:
    if (work / f"{run.name}.int8.onnx").exists():
        return
    torch.set_num_threads(1)
    logging.getLogger().setLevel(logging.ERROR)  # the quantiser warns on the root logger of what it was told to do
    rows, features, rooms = pack(work)
    chosen = run.rows(rows)
    model = train(features, rows, chosen, rooms, recipe, run.seed, work / f"{run.name}.pt", progress)
    windows = _calibration_windows(features, rows, chosen, run.seed)
    fit_whitening(model, windows)
    export_float(model, work / f"{run.name}.fp32.onnx")
    aside = work / f"{run.name}.int8.tmp"
    quantise(work / f"{run.name}.fp32.onnx", aside, windows)
    aside.replace(work / f"{run.name}.int8.onnx")
    progress(f"{run.name}: done")


def _calibration_windows(features: Features, rows: Sequence[Recording], chosen: Sequence[int], seed: int) -> Float32:
    """One random window of each of a few hundred training recordings with an expert's label."""
    generator = np.random.default_rng(seed)
    judged = [index for index in chosen if rows[index].dataset == "circor"]
    picked = generator.choice(judged, min(CALIBRATION_WINDOWS, len(judged)), replace=False)
    return np.stack([generator.choice(features.windows(int(index))) for index in picked])


def fit_whitening(model: Complete, windows: Float32) -> None:
    """Fit the axes of the embedding on ``windows``."""
    with torch.inference_mode():
        x = torch.from_numpy(windows)[:, None]
        model.whiten.fit(model.network(model.normalise(x)).embedding)
