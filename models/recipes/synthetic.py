"""Made murmurs, put under real hearts in mel power.

The data hold five people with a diastolic murmur, too few to learn from: a network trained on them alone calls such
hearts silent. A murmur is band noise that keeps to one phase, so it can be made where the phase is annotated. Systolic
ones are made too, or being made would be what tells a diastolic murmur.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from dataset import STATES

from stetho.dsp.mel import FMAX_HZ, FMIN_HZ, N_MELS

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

# Slaney's mels are linear below 1 kHz, so the bands' centres are evenly spaced.
CENTRES_HZ = np.linspace(FMIN_HZ, FMAX_HZ, N_MELS + 2)[1:-1]
PLACES = np.linspace(0.0, 1.0, 50)  # of a phase, from its start to its end


def with_murmur(power: Float32, states: Int64, phase: str, generator: np.random.Generator) -> Float32:
    """``power`` ``(frames, mels)`` with a murmur in every systole, or diastole, that ``states`` ``(frames,)`` names.

    Early, mid, late or throughout, as murmurs are described in clinics (and in CirCor): in diastole early and falling,
    100-450 Hz (a leaking aortic or pulmonary valve), or a rumble, 50-140 Hz, after a pause and louder before the next
    beat (a narrow mitral or tricuspid valve); in systole 80-350 Hz.
    """
    inside = states == STATES.index(phase)
    colour, shape = _systolic(generator) if phase == "systole" else _diastolic(generator)
    envelope = np.zeros(len(power), np.float32)
    for start, stop in _runs(inside):
        heard = np.interp((np.arange(stop - start) + 0.5) / (stop - start), PLACES, shape)
        envelope[start:stop] = heard * 10.0 ** (generator.normal(0.0, 1.5) / 10.0)
    level = _level(power, inside, colour, generator)
    spread = generator.gamma(2.0, 0.5, power.shape).astype(np.float32)  # as the power of noise in a few bins spreads
    return power + level * envelope[:, None] * colour[None, :] * spread


def _diastolic(generator: np.random.Generator) -> tuple[Float32, Float64]:
    kind = generator.choice(["early", "mid", "late"], p=[0.55, 0.25, 0.2])
    if kind == "early":
        ends = generator.uniform(0.35, 1.0)  # where a slow heart's murmur has died away
        shape = np.exp(-generator.uniform(0.5, 4.0) * PLACES / ends) * (ends > PLACES)
        return _colour(generator.uniform(100.0, 450.0), generator.uniform(40.0, 180.0)), shape
    colour = _colour(generator.uniform(50.0, 140.0), generator.uniform(25.0, 60.0))
    before_the_beat = np.clip((PLACES - generator.uniform(0.5, 0.75)) / 0.25, 0.0, 1.0)
    if kind == "late":
        return colour, before_the_beat
    shape = np.exp(-generator.uniform(0.0, 1.5) * PLACES) * (generator.uniform(0.05, 0.3) < PLACES)
    return colour, shape + generator.uniform(0.0, 1.0) * before_the_beat


def _systolic(generator: np.random.Generator) -> tuple[Float32, Float64]:
    starts, ends = {
        "early": (0.0, generator.uniform(0.4, 0.7)),
        "mid": (generator.uniform(0.05, 0.3), generator.uniform(0.7, 0.95)),
        "late": (generator.uniform(0.35, 0.6), 1.0),
        "throughout": (0.0, 1.0),
    }[str(generator.choice(["early", "mid", "late", "throughout"]))]
    place = (PLACES - starts) / (ends - starts)
    shapes = (4.0 * place * (1.0 - place), np.ones(len(PLACES)), 1.0 - 0.85 * place, 0.15 + 0.85 * place)
    inside = (place >= 0.0) & (place <= 1.0)
    colour = _colour(generator.uniform(80.0, 350.0), generator.uniform(30.0, 120.0))
    return colour, np.where(inside, shapes[int(generator.integers(len(shapes)))], 0.0)


def _colour(centre_hz: float, width_hz: float) -> Float32:
    return np.exp(-0.5 * ((CENTRES_HZ - centre_hz) / width_hz) ** 2).astype(np.float32)


def _level(power: Float32, inside: npt.NDArray[np.bool_], colour: Float32, generator: np.random.Generator) -> float:
    """From just above what is heard there without it, to as loud as the heart sounds themselves are in its band."""
    band = power @ colour / colour.sum()
    background_db = 10.0 * np.log10(np.median(band[inside]))
    loudest_db = 10.0 * np.log10(np.quantile(band, 0.95))
    level_db = generator.uniform(background_db + 4.0, max(background_db + 8.0, loudest_db + 3.0))
    return float(10.0 ** (level_db / 10.0))


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
