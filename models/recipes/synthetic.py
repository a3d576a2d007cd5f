"""Made sounds put under real hearts, in mel power: diastolic murmurs, and the bursts that are none.

The data hold five people with a diastolic murmur, too few to learn from: a network trained on them alone calls every
such heart silent. A murmur of this kind is band noise that keeps to one phase, so it can be made where the phase is
annotated. Bursts of the same noise that keep to no phase teach that the noise itself means nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from dataset import STATES

from stetho.dsp.mel import FMAX_HZ, FMIN_HZ, N_MELS

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

DIASTOLE = STATES.index("diastole")
# Slaney's mels are linear below 1 kHz, so the bands' centres are evenly spaced.
CENTRES_HZ = np.linspace(FMIN_HZ, FMAX_HZ, N_MELS + 2)[1:-1]


def with_diastolic_murmur(power: Float32, states: Int64, generator: np.random.Generator) -> Float32:
    """``power`` ``(frames, mels)`` with a murmur in every diastole that ``states`` ``(frames,)`` names.

    Either early and falling, 120-350 Hz (a leaking aortic or pulmonary valve), or a later rumble, 50-120 Hz, that may
    swell before the next beat (a narrow mitral or tricuspid valve). 3-18 dB above what is heard there without it.
    """
    early = generator.random() < 0.6
    colour = _colour(generator.uniform(120.0, 350.0) if early else generator.uniform(50.0, 120.0), early, generator)
    swell = 0.0 if early else generator.uniform(0.0, 1.0)
    fall = generator.uniform(1.0, 4.0) if early else generator.uniform(0.0, 1.5)
    envelope = np.zeros(len(power), np.float32)
    for start, stop in _runs(states == DIASTOLE):
        place = (np.arange(stop - start) + 0.5) / (stop - start)
        shape = np.exp(-fall * place)
        if not early:
            shape = shape * (place > 0.2) + swell * np.clip((place - 0.7) / 0.3, 0.0, 1.0)
        envelope[start:stop] = shape * 10.0 ** (generator.normal(0.0, 1.5) / 10.0)
    quiet = states == DIASTOLE
    return _with(power, quiet, colour, envelope, generator)


def with_bursts(power: Float32, generator: np.random.Generator) -> Float32:
    """``power`` with one to six bursts of band noise, 0.1-1 s long, at any time: breath, rub, a voice next door."""
    colour = _colour(generator.uniform(50.0, 350.0), generator.random() < 0.6, generator)
    envelope = np.zeros(len(power), np.float32)
    for _ in range(int(generator.integers(1, 7))):
        length = int(generator.integers(5, 51))
        start = int(generator.integers(len(power) - length))
        envelope[start : start + length] += np.hanning(length + 2)[1:-1].astype(np.float32)
    return _with(power, np.ones(len(power), bool), colour, envelope, generator)


def _colour(centre_hz: float, wide: bool, generator: np.random.Generator) -> Float32:
    width_hz = generator.uniform(50.0, 150.0) if wide else generator.uniform(25.0, 60.0)
    return np.exp(-0.5 * ((CENTRES_HZ - centre_hz) / width_hz) ** 2).astype(np.float32)


def _with(
    power: Float32,
    quiet: npt.NDArray[np.bool_],
    colour: Float32,
    envelope: Float32,
    generator: np.random.Generator,
) -> Float32:
    """Add noise of this colour and envelope, its peak 3-18 dB above the ``quiet`` frames' median in its band."""
    background = float(np.median(power[quiet] @ colour) / colour.sum())
    level = background * 10.0 ** (generator.uniform(3.0, 18.0) / 10.0)
    spread = generator.gamma(2.0, 0.5, power.shape).astype(np.float32)  # as the power of noise in a few bins spreads
    return power + level * envelope[:, None] * colour[None, :] * spread


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
