"""Inputs and outputs that any installation must agree with: synthetic, so that they hold nobody's heart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from export import INPUT, OUTPUTS
from features import WINDOW_FRAMES
from people import quality_of
from scores import session

from stetho.dsp.mel import N_MELS, RATE_HZ, log_mel

Float32 = npt.NDArray[np.float32]

SEED = 20261124
WINDOW_SAMPLES = 5 * RATE_HZ


def write_golden(folder: Path) -> None:
    """Write ``folder/golden.npz``: ``samples`` (2 kHz), their ``quality``, ``logmel`` and what the graph answers, case by case.

    ``logmel`` case ``i`` belongs to ``samples[i]`` while there are samples; the last case is seeded noise of log-mels.
    """
    generator = np.random.default_rng(SEED)
    samples = np.stack([_heart(72.0, 0.0, generator), _heart(110.0, 0.2, generator), _noise(generator)])
    mels = [log_mel(signal) for signal in samples]
    mels.append(generator.normal(-16.0, 2.5, (N_MELS, WINDOW_FRAMES)).astype(np.float32))
    inputs = np.stack(mels)[:, None]
    outputs = session(folder / "model.int8.onnx").run(list(OUTPUTS), {INPUT: inputs})
    np.savez_compressed(
        folder / "golden.npz",
        samples=samples,
        quality=np.asarray([quality_of(signal).score for signal in samples], np.float32),
        **{INPUT: inputs},
        **{name: np.asarray(values) for name, values in zip(OUTPUTS, outputs, strict=True)},
    )


def _heart(beats_per_minute: float, murmur: float, generator: np.random.Generator) -> Float32:
    """Two damped tones a beat, hiss between the first and the second, and a little noise."""
    period_s = 60.0 / beats_per_minute
    time_s = np.arange(WINDOW_SAMPLES) / RATE_HZ
    phase_s = np.mod(time_s, period_s)
    first = np.exp(-(((phase_s - 0.06) / 0.025) ** 2)) * np.sin(2 * np.pi * 45.0 * phase_s)
    systole_s = 0.35 * period_s + 0.06
    second = 0.7 * np.exp(-(((phase_s - systole_s) / 0.018) ** 2)) * np.sin(2 * np.pi * 65.0 * phase_s)
    hiss = generator.standard_normal(WINDOW_SAMPLES)
    hiss = np.convolve(hiss, np.hanning(9) / np.hanning(9).sum(), mode="same")
    between = np.exp(-(((phase_s - 0.5 * (0.06 + systole_s)) / 0.08) ** 2))
    faint = 1e-3 * generator.standard_normal(WINDOW_SAMPLES)
    return (0.2 * (first + second + murmur * between * hiss) + faint).astype(np.float32)


def _noise(generator: np.random.Generator) -> Float32:
    return (0.05 * generator.standard_normal(WINDOW_SAMPLES)).astype(np.float32)
