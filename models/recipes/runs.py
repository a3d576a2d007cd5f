"""The six trainings of a release: one for each fold, and one on all rows; two at a time, each on one core."""

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
from network import Complete
from rooms import room_power
from train import Recipe, train

Float32 = npt.NDArray[np.float32]

CALIBRATION_WINDOWS = 400
RELEASE = "release"


@dataclass(frozen=True)
class Run:
    """One network: trained on all ``train`` rows outside ``fold``, or on all of them where there is no fold."""

    fold: int | None
    seed: int

    @property
    def name(self) -> str:
        """Stem of the run's files."""
        return RELEASE if self.fold is None else f"fold{self.fold}"

    def rows(self, everything: Sequence[Recording]) -> list[int]:
        """The rows it may see."""
        folds = assign_folds(everything)
        return [
            index
            for index, row in enumerate(everything)
            if row.use == "train" and (self.fold is None or folds[row.group] != self.fold)
        ]


def all_runs() -> tuple[Run, ...]:
    """The folds' runs, then the release's."""
    return (*(Run(fold, seed=fold) for fold in range(FOLDS)), Run(None, seed=FOLDS))


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
