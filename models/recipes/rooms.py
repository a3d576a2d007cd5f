"""The recorded room sounds that training may mix in; a fifth of the uploads is kept to judge by (`noise_split.py`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from features import WINDOW_FRAMES, read_samples
from noise_split import noise_clips

from stetho.dsp.mel import N_MELS, log_mel

Float32 = npt.NDArray[np.float32]


def room_power(folder: Path, cache: Path) -> Float32:
    """Mel power of every clip that isn't held out, tiled to one window, ``(clips, frames, mels)``."""
    file = cache / "rooms.npy"
    if not file.exists():
        np.save(file, np.stack([_clip(path) for path in _training_clips(folder)]))
    return np.asarray(np.load(file), np.float32)


def _training_clips(folder: Path) -> list[Path]:
    return [clip.path for clip in noise_clips(folder) if not clip.held_out]


def _clip(path: Path) -> Float32:
    power = np.exp(log_mel(read_samples(path)).T)
    times = -(-WINDOW_FRAMES // len(power))
    tiled = np.tile(power, (times, 1))[:WINDOW_FRAMES]
    if tiled.shape != (WINDOW_FRAMES, N_MELS):
        raise ValueError(f"{path} gave {tiled.shape}")
    return tiled.astype(np.float32)
