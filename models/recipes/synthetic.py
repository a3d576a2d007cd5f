"""Made diastolic murmurs, put under real hearts in mel power.

The data hold five people with a diastolic murmur, too few to learn from: a network trained on them alone calls such
hearts silent. A murmur of this kind is band noise that keeps to one phase, so it can be made where the phase is
annotated.
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
    swell before the next beat (a narrow mitral or tricuspid valve).
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
    level = _level(power, states == DIASTOLE, colour, generator)
    spread = generator.gamma(2.0, 0.5, power.shape).astype(np.float32)  # as the power of noise in a few bins spreads
    return power + level * envelope[:, None] * colour[None, :] * spread


def _colour(centre_hz: float, wide: bool, generator: np.random.Generator) -> Float32:
    width_hz = generator.uniform(50.0, 150.0) if wide else generator.uniform(25.0, 60.0)
    return np.exp(-0.5 * ((CENTRES_HZ - centre_hz) / width_hz) ** 2).astype(np.float32)


def _level(power: Float32, diastole: npt.NDArray[np.bool_], colour: Float32, generator: np.random.Generator) -> float:
    """From just above what is heard there without it, to as loud as the heart sounds themselves are in its band."""
    band = power @ colour / colour.sum()
    background_db = 10.0 * np.log10(np.median(band[diastole]))
    loudest_db = 10.0 * np.log10(np.quantile(band, 0.95))
    level_db = generator.uniform(background_db + 4.0, max(background_db + 8.0, loudest_db + 3.0))
    return float(10.0 ** (level_db / 10.0))


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
