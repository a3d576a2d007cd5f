"""Out-of-fold areas when the same hearts are heard through another device or in a noisier room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from dataset import Recording
from export import INPUT, OUTPUTS
from features import Features
from folds import FOLDS, assign_folds
from metrics import Figure, auroc, figure
from scores import session

from stetho.dsp.mel import FLOOR, FMAX_HZ, FMIN_HZ, N_MELS

Float32 = npt.NDArray[np.float32]

DB = np.log(10.0) / 10.0
CENTRES_HZ = np.linspace(FMIN_HZ, FMAX_HZ, N_MELS + 2)[1:-1]
EVERY = 3  # windows apart: the areas barely move with more
SEED = 7

Change = Callable[[Float32, np.random.Generator], Float32]


def _response(gain_db: npt.NDArray[np.float64]) -> Change:
    def change(windows: Float32, _: np.random.Generator) -> Float32:
        power = np.exp(windows + (DB * gain_db)[None, :, None].astype(np.float32))
        return np.log(power + FLOOR).astype(np.float32)

    return change


def _noise(ratio_db: float) -> Change:
    """Noise that falls by 6 dB an octave, as a room's does, so far below the recording's mean power."""

    def change(windows: Float32, generator: np.random.Generator) -> Float32:
        power = np.exp(windows)
        colour = (CENTRES_HZ / 100.0) ** -2
        noise = generator.gamma(2.0, 0.5, windows.shape) * (colour / colour.mean())[None, :, None]
        level = power.mean(axis=(1, 2), keepdims=True) * 10.0 ** (-ratio_db / 10.0)
        return np.log(power + level * noise + FLOOR).astype(np.float32)

    return change


CHANGES: Mapping[str, Change] = {
    "as recorded": _response(np.zeros(N_MELS)),
    "treble up 12 dB at 800 Hz": _response(12.0 * CENTRES_HZ / FMAX_HZ),
    "treble down 12 dB at 800 Hz": _response(-12.0 * CENTRES_HZ / FMAX_HZ),
    "low-pass, -24 dB at 800 Hz from 500 Hz on": _response(-24.0 * np.maximum(CENTRES_HZ - 500.0, 0.0) / 300.0),
    "high-pass, -18 dB at 25 Hz from 100 Hz down": _response(-18.0 * np.maximum(100.0 - CENTRES_HZ, 0.0) / 75.0),
    "20 dB quieter": _response(np.full(N_MELS, -20.0)),
    "noise at -20 dB": _noise(20.0),
    "noise at -10 dB": _noise(10.0),
    "noise at 0 dB": _noise(0.0),
}


def robustness(rows: Sequence[Recording], features: Features, work: Path) -> dict[str, Figure]:
    """Recording AUROC against the label of the site, CirCor, by eight-bit networks of the folds."""
    folds = assign_folds(rows)
    judged = [i for i, row in enumerate(rows) if row.dataset == "circor" and row.site_label != "unknown"]
    x = {name: np.zeros(len(judged)) for name in CHANGES}
    for fold in range(FOLDS):
        graph = session(work / f"fold{fold}.int8.onnx")
        own = [place for place, index in enumerate(judged) if folds[rows[index].group] == fold]
        for place in own:
            windows = features.windows(judged[place])[::EVERY]
            for name, change in CHANGES.items():
                changed = change(windows, np.random.default_rng([SEED, place]))
                logits = graph.run([OUTPUTS[0]], {INPUT: changed[:, None]})[0]
                x[name][place] = float((logits[:, 0] - logits[:, 2]).mean())
    heard = np.asarray([rows[index].site_label == "present" for index in judged])
    people = [rows[index].group for index in judged]
    return {name: _area(people, heard, values) for name, values in x.items()}


def _area(people: Sequence[str], heard: npt.NDArray[np.bool_], x: npt.NDArray[np.float64]) -> Figure:
    return figure(people, lambda items: auroc(heard[items], x[items]))
