"""Windows in which no heart is heard: what a chest piece picks up on a table, in a pocket, or beside a talking patient.

A network that has only ever heard hearts must call a voice something; it called spoken digits a murmur. An expert who
hears no heart can't judge, so these windows teach *unknown*.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from synthetic import CENTRES_HZ

from stetho.dsp.mel import FLOOR, N_MELS

Float32 = npt.NDArray[np.float32]

FRAMES_A_SECOND = 50
LOBE_HZ = 15.0  # half width of a steady tone in a 64 ms Hann window


def voice(frames: int, generator: np.random.Generator) -> Float32:
    """Mel power, mean about 1, of something voiced: speech, song or an instrument, ``(frames, mels)``.

    Harmonics of a pitch that holds or glides for a syllable or a note, 1.5-6 of them a second, with pauses.
    """
    power = np.zeros((frames, N_MELS))
    pitch_hz, place = generator.uniform(80.0, 330.0), 0
    pauses, glide, fall = generator.uniform(0.0, 0.5), generator.uniform(0.0, 0.3), generator.uniform(0.5, 2.0)
    pace = generator.uniform(1.5, 6.0)
    while place < frames:
        length = max(3, int(FRAMES_A_SECOND / pace * generator.uniform(0.5, 1.5)))
        stop = min(frames, place + length)
        if generator.random() >= pauses:
            ramp = np.linspace(0.0, 1.0, length)[: stop - place]
            track_hz = pitch_hz * generator.uniform(0.75, 1.33) * np.exp(glide * generator.standard_normal() * ramp)
            loudness = np.sin(np.pi * (0.05 + 0.9 * ramp)) * 10.0 ** (generator.normal(0.0, 3.0) / 10.0)
            power[place:stop] += loudness[:, None] * _harmonics(track_hz, fall, generator)
        place = stop
    power += 1e-4 * generator.gamma(2.0, 0.5, power.shape) * (power.mean() + 1e-3)
    return (power / power.mean()).astype(np.float32)


def _harmonics(
    track_hz: npt.NDArray[np.float64], fall: float, generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    number = np.arange(1, 11)
    strength = number**-fall * 10.0 ** (generator.normal(0.0, 4.0, len(number)) / 10.0)
    offset_hz = CENTRES_HZ[None, None, :] - track_hz[:, None, None] * number[None, :, None]
    return (strength[None, :, None] * np.exp(-0.5 * (offset_hz / LOBE_HZ) ** 2)).sum(axis=1)


def hiss(frames: int, generator: np.random.Generator) -> Float32:
    """Mel power of steady noise that falls by 0-9 dB an octave, with or without mains hum, ``(frames, mels)``."""
    power = (CENTRES_HZ / 100.0) ** -generator.uniform(0.0, 3.0) * generator.gamma(2.0, 0.5, (frames, N_MELS))
    if generator.random() < 0.3:
        mains_hz = generator.choice([50.0, 60.0])
        power = power + _harmonics(np.full(frames, mains_hz), 1.0, generator) * 10.0 ** generator.uniform(-1.0, 2.0)
    return (power / power.mean()).astype(np.float32)


def no_heart(frames: int, room: Float32, generator: np.random.Generator) -> Float32:
    """Log-mel of one window without a heart: a voice, a hiss, or ``room`` (recorded mel power), at any loudness."""
    chance = generator.random()
    if chance < 0.4:
        power = voice(frames, generator)
    elif chance < 0.6:
        power = hiss(frames, generator)
    else:
        power = room / max(float(room.mean()), FLOOR)
    if generator.random() < 0.5:
        power = power + 10.0 ** generator.uniform(-3.0, 0.0) * hiss(frames, generator)
    level = 10.0 ** generator.uniform(-10.0, -4.0)
    return np.log(power * level + FLOOR).astype(np.float32)
