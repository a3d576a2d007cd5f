"""The noises that conditions are made of: recorded ones that taught no network, and made ones, never in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import made_sounds
import numpy as np
import numpy.typing as npt
from features import read_samples
from noise_split import noise_clips
from spoiled import equally_loud

from stetho.dsp.resample import to_2khz

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Bank = Mapping[str, tuple[Float32, ...]]

MADE_CLIPS = 12
SEED = 5

MADE: Mapping[str, Callable[[np.random.Generator], Float64]] = {
    "hum": made_sounds.hum,
    "fan": made_sounds.fan,
    "rub": made_sounds.rub,
    "voice": made_sounds.voice,
    "white": lambda generator: made_sounds.noise(0.0, generator),
    "pink": lambda generator: made_sounds.noise(3.0, generator),
}
# The rows of the noise set by kind, as the tables call them.
RECORDED: Mapping[str, str] = {
    "env_baby_cry": "baby",
    "env_clock_tick": "clock",
    "env_dog_bark": "dog",
    "env_helicopter": "helicopter",
    "env_person_sneeze": "sneeze",
    "env_rain": "rain",
    "speech_digits": "speech",
    "lung_manikin": "lungs",
}


def recorded(folder: Path) -> Bank:
    """Clips of each kind at 2 kHz, equally loud, of held-out uploads alone."""
    clips = [clip for clip in noise_clips(folder) if clip.held_out]
    return {
        name: tuple(equally_loud(read_samples(clip.path)) for clip in clips if clip.kind == kind)
        for kind, name in RECORDED.items()
    }


def made() -> Bank:
    """A dozen clips of each made kind at 2 kHz, equally loud."""
    return {kind: tuple(made_clip(kind, number) for number in range(MADE_CLIPS)) for kind in MADE}


def made_clip(kind: str, number: int) -> Float32:
    """One of them."""
    sound = MADE[kind](np.random.default_rng([SEED, *kind.encode(), number]))
    return equally_loud(to_2khz(sound.astype(np.float32), made_sounds.RATE_HZ))


def rooms_were_heard(folder: Path, work: Path) -> bool:
    """Whether the networks in ``work`` were trained among the very rooms that judge them, or may have been."""
    cache = work / "features" / "rooms.npy"
    kept_apart = sum(clip.use == "train" and not clip.held_out for clip in noise_clips(folder))
    return not cache.exists() or len(np.load(cache, mmap_mode="r")) != kept_apart
