"""What people are heard to do: speak and breathe."""

from __future__ import annotations

import numpy as np
from made_parts import COUNT, RATE_HZ, Float64, Generator, at_level, band, place, seconds
from scipy.signal import lfilter


def voice(generator: Generator, count: int = COUNT) -> Float64:
    """Speech as a source and three formants: syllables, words, pauses, some of the syllables unvoiced."""
    out, at = np.zeros(count), generator.uniform(0.0, 0.5)
    pitch_hz, pace = generator.uniform(85.0, 260.0), generator.uniform(2.5, 6.0)
    while at < count / RATE_HZ:
        length_s = max(0.06, generator.normal(1.0 / pace, 0.25 / pace))
        place(out, at, _syllable(pitch_hz, length_s, generator))
        at += length_s
        if generator.random() < 0.25:
            at += generator.uniform(0.1, 0.8)
    return out


def _syllable(pitch_hz: float, length_s: float, generator: Generator) -> Float64:
    t = seconds(length_s)
    loud = np.sin(np.pi * np.clip(t / length_s, 0.0, 1.0)) ** 0.7 * 10.0 ** (generator.normal(0.0, 3.0) / 20.0)
    if generator.random() < 0.2:
        return np.asarray(0.3 * band(generator.standard_normal(len(t)), 600.0, 1900.0, 1) * loud)
    glide = pitch_hz * generator.uniform(0.8, 1.25) * np.exp(generator.normal(0.0, 0.15) * t / length_s)
    phase = np.cumsum(glide * (1.0 + 0.01 * generator.standard_normal(len(t)))) / RATE_HZ
    pulses = np.diff(np.floor(phase), prepend=0.0)
    source = lfilter([1.0], [1.0, -0.95], pulses - pulses.mean())
    formed = source
    for hz, width in ((generator.uniform(280.0, 800.0), 80.0), (generator.uniform(900.0, 1850.0), 120.0)):
        r = np.exp(-np.pi * width / RATE_HZ)
        formed = 0.3 * formed + lfilter([1.0 - r], [1.0, -2.0 * r * np.cos(2 * np.pi * hz / RATE_HZ), r * r], source)
    return np.asarray(formed * loud)


def levelled_voice(generator: Generator) -> Float64:
    return at_level(voice(generator), generator)


def breath(generator: Generator, count: int = COUNT) -> Float64:
    """Breath sounds, 12-40 a minute; with wheezes or crackles in some."""
    t = np.arange(count) / RATE_HZ
    wave = np.sin(2 * np.pi * (generator.uniform(12.0, 40.0) / 60.0 * t + generator.random()))
    flow = np.where(wave > 0.0, wave, generator.uniform(0.2, 0.6) * -wave)
    out = (
        band(generator.standard_normal(count), generator.uniform(60.0, 150.0), generator.uniform(350.0, 700.0), 1)
        * flow
    )
    if generator.random() < 0.3:
        out += 0.5 * np.sqrt(np.mean(out**2)) * np.sin(2 * np.pi * generator.uniform(120.0, 500.0) * t) * (wave < 0)
    if generator.random() < 0.3:
        crackles = (generator.random(count) < 12.0 / RATE_HZ) * (wave > 0.3) * generator.uniform(2.0, 10.0)
        out += np.asarray(band(crackles.astype(np.float64), 150.0, 1000.0)) * 30.0 * np.sqrt(np.mean(out**2))
    return out


def levelled_breath(generator: Generator) -> Float64:
    return at_level(breath(generator), generator)
