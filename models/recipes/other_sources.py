"""The release network on sources that it was not trained on, and on made hearts: looked at, never trained on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from dataset import Recording
from export import INPUT, OUTPUTS
from features import read_samples
from metrics import Figure, auroc, figure

from hw_sim.heart import Heart, Phase, Wish, scenario
from stetho.dsp.mel import RATE_HZ, log_mel
from stetho.dsp.resample import to_2khz

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

WINDOW_SAMPLES = 5 * RATE_HZ
MADE_RATE_HZ = 4000
MADE_SECONDS = 12


@dataclass(frozen=True)
class SourceFigure:
    """AUROC of present against absent within one source, or within one class of it and its healthy clips."""

    name: str
    clips: int
    auroc: Figure


def log_odds(graph: onnxruntime.InferenceSession, samples: Float32) -> float:
    """Mean log-odds of present against absent over a signal at 2 kHz; what is shorter than a window is repeated.

    The product calls such a clip too short. Repeating it is for these figures alone.
    """
    if len(samples) < WINDOW_SAMPLES:
        samples = np.tile(samples, -(-WINDOW_SAMPLES // len(samples)))[:WINDOW_SAMPLES]
    mel = log_mel(np.ascontiguousarray(samples))
    windows = np.stack([mel[:, first : first + 250] for first in range(0, mel.shape[1] - 249, 50)])
    logits = np.asarray(graph.run(list(OUTPUTS), {INPUT: windows[:, None]})[0], np.float64)
    return float((logits[:, 0] - logits[:, 2]).mean())


def check_figures(graph: onnxruntime.InferenceSession, rows: Sequence[Recording], folder: Path) -> list[SourceFigure]:
    """The ``check`` rows, each source by itself, and each class of disease against the healthy clips of its source."""
    found: list[SourceFigure] = []
    classes = _classes(folder)
    for dataset in ("yaseen2018", "hls_cmds"):
        own = [row for row in rows if row.dataset == dataset]
        x = np.asarray([log_odds(graph, read_samples(row.path)) for row in own])
        found.append(SourceFigure(dataset, len(own), _area(own, x)))
        if dataset == "yaseen2018":
            kinds = np.asarray([classes[str(row.path.relative_to(folder / "pcg"))] for row in own])
            healthy = np.asarray([row.visit_label == "absent" for row in own])
            for kind in sorted(set(kinds[~healthy])):
                part = np.flatnonzero(healthy | (kinds == kind))
                area = _area([own[index] for index in part], x[part])
                found.append(SourceFigure(f"{dataset}, {kind}", int((kinds == kind).sum()), area))
    return found


def _area(rows: Sequence[Recording], x: Float64) -> Figure:
    heard = np.asarray([row.visit_label == "present" for row in rows])
    return figure([row.group for row in rows], lambda items: auroc(heard[items], x[items]))


def _classes(folder: Path) -> dict[str, str]:
    with (folder / "pcg" / "manifest.csv").open(newline="") as file:
        return {row["path"]: row["label_raw"] for row in csv.DictReader(file)}


@dataclass(frozen=True)
class MadeFigure:
    """Log-odds of ``hearts`` synthetic recordings: the lowest, the middle, the highest, and the share above 0."""

    name: str
    hearts: int
    low: float
    median: float
    high: float
    called: float


def made_figures(graph: onnxruntime.InferenceSession, threshold: float, hearts: int = 20) -> list[MadeFigure]:
    """The simulator's hearts; ``threshold`` is the log-odds from which on a recording is called present."""
    found = [_made("no murmur", [Wish(seed=seed) for seed in range(hearts)], "clear", graph, threshold)]
    for timing in Phase:
        for grade in (1, 2, 3, 4):
            wishes = [Wish(seed=seed, grade=grade, timing=timing) for seed in range(hearts)]
            found.append(_made(f"{timing.value}, grade {grade}", wishes, "murmur", graph, threshold))
    return found


def _made(
    name: str, wishes: Sequence[Wish], kind: str, graph: onnxruntime.InferenceSession, threshold: float
) -> MadeFigure:
    x = np.asarray([log_odds(graph, _sound(kind, wish)) for wish in wishes])
    low, median, high = np.quantile(x, [0.0, 0.5, 1.0])
    return MadeFigure(name, len(x), float(low), float(median), float(high), float((x >= threshold).mean()))


def _sound(kind: str, wish: Wish) -> Float32:
    pcm = Heart(scenario(kind, wish)).read(MADE_SECONDS * MADE_RATE_HZ)
    return to_2khz((pcm / 32768.0).astype(np.float32), MADE_RATE_HZ)
