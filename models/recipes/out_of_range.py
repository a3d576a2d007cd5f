"""How well the embedding's distance tells what is no heart."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from export import INPUT, OUTPUTS
from features import read_samples
from scores import Scores

from stetho.dsp.mel import RATE_HZ, log_mel

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

WINDOW_SAMPLES = 5 * RATE_HZ
QUANTILE = 0.9995  # of the distances of heart windows, out of fold: the limit


@dataclass(frozen=True)
class Distances:
    """Root mean square of the whitened embedding of ``windows`` windows, and the share above the limit."""

    name: str
    windows: int
    median: float
    above: float


def of_scores(scores: Scores) -> Float64:
    """The distance of each window."""
    return _rms(np.concatenate(scores.embedding))


def limit(scores: Scores) -> float:
    """Above it, a window is unlike nearly all hearts of people that the network had never heard."""
    return float(np.quantile(of_scores(scores), QUANTILE))


def distance_figures(
    graph: onnxruntime.InferenceSession, hearts: Scores, bound: float, folder: Path
) -> list[Distances]:
    """Of heart windows, out of fold, and of what the release network hears in sounds that taught it nothing."""
    found = [_distances("CirCor, out of fold", of_scores(hearts), bound)]
    with (folder / "noise" / "manifest.csv").open(newline="") as file:
        clips = [row for row in csv.DictReader(file) if row["use"] == "check"]
    for kind in sorted({row["kind"] for row in clips}):
        sounds = [read_samples(folder / "noise" / row["path"]) for row in clips if row["kind"] == kind]
        found.append(_distances(kind.replace("_", " "), _of_sounds(graph, sounds), bound))
    generator = np.random.default_rng(0)
    steady = {
        "digital silence": np.zeros(WINDOW_SAMPLES, np.float32),
        "white noise": (0.05 * generator.standard_normal(WINDOW_SAMPLES)).astype(np.float32),
        "a tone of 220 Hz": (0.1 * np.sin(2 * np.pi * 220 * np.arange(WINDOW_SAMPLES) / RATE_HZ)).astype(np.float32),
    }
    return found + [_distances(name, _of_sounds(graph, [sound]), bound) for name, sound in steady.items()]


def _of_sounds(graph: onnxruntime.InferenceSession, sounds: Sequence[Float32]) -> Float64:
    """All whole windows; a shorter clip is repeated to fill one."""
    windows = []
    for sound in sounds:
        filled = np.tile(sound, -(-WINDOW_SAMPLES // len(sound))) if len(sound) < WINDOW_SAMPLES else sound
        mel = log_mel(np.ascontiguousarray(filled))
        windows += [mel[:, first : first + 250] for first in range(0, mel.shape[1] - 249, 50)]
    return _rms(graph.run([OUTPUTS[2]], {INPUT: np.stack(windows)[:, None]})[0])


def _rms(embedding: Float32) -> Float64:
    return np.asarray(np.sqrt((embedding.astype(np.float64) ** 2).mean(axis=1)))


def _distances(name: str, distances: Float64, bound: float) -> Distances:
    return Distances(name, len(distances), float(np.median(distances)), float((distances > bound).mean()))
