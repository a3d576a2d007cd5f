"""What the quality gate's score card is made of, and judged by: hearts, sounds without one, and both mixed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from dataset import Recording, data_folder, recordings
from features import read_samples
from lock import unlocked
from made_sounds import JUDGED, NO_HEARTS, made
from noise_split import noise_clips

from hw_sim.heart import Heart, Phase, Wish, scenario
from stetho.dsp.mel import FMAX_HZ, N_MELS, RATE_HZ, log_mel
from stetho.dsp.resample import to_2khz

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Generator = np.random.Generator

MADE_RATE_HZ = 4000
CENTRES_HZ = np.linspace(25.0, FMAX_HZ, N_MELS + 2)[1:-1]
DB = np.log(10.0) / 10.0
RATES_BPM = (30, 40, 50, 60, 70, 80, 90, 100, 120, 140, 160, 180, 200, 220)


def held_out(group: str) -> bool:
    """Half of the people judge; the other half is what is tuned on."""
    return zlib.crc32(group.encode()) % 2 == 1


@dataclass(frozen=True)
class Sound:
    """One sound at 2 kHz: what it is, whose, and whether it was recorded or made."""

    kind: str
    group: str
    samples: Float32
    recorded: bool
    held_out: bool


def judged_hearts(dataset: str = "circor") -> Iterator[tuple[Recording, Float32]]:
    """Recordings that an expert could judge (CirCor), or called usable (PhysioNet 2016); of nobody behind the lock."""
    for row in unlocked(recordings(data_folder())):
        if row.dataset == dataset and row.usable and (dataset != "circor" or row.visit_label != "unknown"):
            yield row, read_samples(row.path)


def made_heart(number: int) -> Sound:
    """Hearts of every rate, murmurs of every grade, in a quiet room or in none."""
    kind = ("clear", "murmur", "diastolic")[number // 2 % 3]
    grade = None if kind == "clear" else 1 + number // 6 % 6
    timing = Phase.DIASTOLIC if kind == "diastolic" else None
    wish = Wish(seed=9000 + number, rate_bpm=RATES_BPM[number // 2 % len(RATES_BPM)], grade=grade, timing=timing)
    settings = scenario("murmur" if kind == "diastolic" else kind, wish)
    if number // 2 % 5 == 0:
        settings = replace(settings, surroundings=replace(settings.surroundings, room_db=None, lungs_db=None))
    pcm = Heart(settings).read(12 * MADE_RATE_HZ)
    samples = to_2khz((pcm / 32768.0).astype(np.float32), MADE_RATE_HZ)
    return Sound(f"made heart, {kind}", f"{wish.rate_bpm} bpm", samples, recorded=False, held_out=bool(number % 2))


def made_sounds(family: int, count: int) -> Iterator[Sound]:
    for kind in NO_HEARTS:
        for number in range(count):
            samples = to_2khz(made(kind, family, number), MADE_RATE_HZ)
            yield Sound(kind, str(number), samples, recorded=False, held_out=family == JUDGED)


def recorded_sounds() -> Iterator[Sound]:
    """Rooms and voices, split by upload as the network's noises are (``noise_split.py``)."""
    for clip in noise_clips(data_folder()):
        yield Sound(clip.kind, clip.source_group, read_samples(clip.path), True, clip.held_out)


def power(samples: Float32) -> float:
    """In the band that the model hears."""
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1.0 / RATE_HZ)
    return float(spectrum[(hz >= 25.0) & (hz < FMAX_HZ)].sum()) / len(samples) ** 2 + 1e-20


def fitted(samples: Float32, count: int, generator: Generator) -> Float32:
    """``count`` samples from a random place; what is shorter is repeated."""
    long = np.tile(samples, -(-count // len(samples)) + 1)
    start = int(generator.integers(len(long) - count))
    return long[start : start + count]


def mixed(heart: Float32, noise: Float32, ratio_db: float, generator: Generator) -> Float32:
    """Both, the heart ``ratio_db`` above the noise."""
    other = fitted(noise, len(heart), generator)
    gain = np.sqrt(power(heart) / power(other)) * 10.0 ** (-ratio_db / 20.0)
    both = heart + np.float32(gain) * other
    return (both * min(1.0, 0.95 / float(np.abs(both).max()))).astype(np.float32)


def another_device(mel: Float32, generator: Generator) -> Float32:
    """The same heart through another device: tilted by up to 12 dB, thinner, duller, cleaned of its noise, or quieter."""
    change = generator.uniform(-12.0, 12.0) * CENTRES_HZ / FMAX_HZ
    if generator.random() < 0.3:
        change -= generator.uniform(0.0, 18.0) * np.maximum(100.0 - CENTRES_HZ, 0.0) / 75.0
    if generator.random() < 0.3:
        change -= generator.uniform(0.0, 24.0) * np.maximum(CENTRES_HZ - 400.0, 0.0) / 400.0
    heard = mel + DB * (change + generator.uniform(-20.0, 6.0))[:, None]
    if generator.random() < 0.3:  # a gate of noise: what is quiet becomes quieter
        limit = np.quantile(heard, generator.uniform(0.3, 0.8), axis=1, keepdims=True)
        heard = np.where(heard < limit, limit - generator.uniform(1.5, 4.0) * (limit - heard), heard)
    return np.log(np.exp(heard) + 1e-10).astype(np.float32)


def windows(mel: Float32, count: int, generator: Generator) -> Iterator[Float32]:
    """``count`` random stretches of 3-4 s, as the gate sees them half second after half second."""
    for _ in range(count):
        length = int(generator.choice([149, 174, 199, 200, 200, 200]))
        if mel.shape[1] >= length + 4:
            start = int(generator.integers(4, mel.shape[1] - length + 1))
            yield mel[:, start : start + length]


def mel_of(samples: Float32) -> Float32:
    return log_mel(np.ascontiguousarray(samples, dtype=np.float32))
