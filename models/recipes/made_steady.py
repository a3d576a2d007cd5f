"""Sounds that stay as they are: silence, tones, hum, noise and fans."""

from __future__ import annotations

import numpy as np
from made_parts import COUNT, RATE_HZ, SECONDS, Float64, Generator, at_level, noise, place, seconds


def silence(_: Generator) -> Float64:
    return np.zeros(COUNT)


def flat_line(generator: Generator) -> Float64:
    """An offset, with or without the last bit's noise."""
    bits = generator.integers(-1, 2, COUNT) / 32768 if generator.random() < 0.5 else 0.0
    return np.full(COUNT, generator.uniform(-0.9, 0.9)) + bits


def tone(generator: Generator) -> Float64:
    hz = 50.0 * 16.0 ** generator.random()
    return at_level(np.sin(2 * np.pi * hz * np.arange(COUNT) / RATE_HZ), generator, -60.0, -6.0)


def pulsed_tone(generator: Generator) -> Float64:
    """A patient monitor's beep, or a telephone's: 30-180 a minute."""
    out, at = np.zeros(COUNT), generator.uniform(0.0, 0.5)
    hz, length_s = generator.uniform(250.0, 960.0), generator.uniform(0.06, 0.25)
    period_s = 60.0 / generator.uniform(30.0, 180.0)
    t = seconds(length_s)
    edge = np.minimum(1.0, np.minimum(t, length_s - t) / 0.005)
    while at < SECONDS:
        place(out, at, np.sin(2 * np.pi * hz * t) * edge)
        at += period_s
    return at_level(out, generator) + 10.0 ** generator.uniform(-5.0, -3.0) * noise(3.0, generator)


def hum(generator: Generator, count: int = COUNT) -> Float64:
    """Mains hum and its harmonics, odd ones stronger; the mains wander a little."""
    hz = generator.choice([50.0, 60.0]) * (1.0 + generator.normal(0.0, 0.0003))
    t = np.arange(count) / RATE_HZ
    fall = generator.uniform(0.8, 2.5)
    out = np.zeros(count)
    for k in range(1, 9):
        size = k**-fall * 10.0 ** (generator.normal(0.0, 3.0) / 20.0) * (0.4 if k % 2 == 0 else 1.0)
        out += size * np.sin(2 * np.pi * k * hz * t + generator.uniform(0.0, 2 * np.pi))
    return out


def levelled_hum(generator: Generator) -> Float64:
    return at_level(hum(generator), generator) + 10.0 ** generator.uniform(-5.0, -3.5) * noise(0.0, generator)


def white(generator: Generator) -> Float64:
    return at_level(noise(0.0, generator), generator, -70.0)


def pink(generator: Generator) -> Float64:
    return at_level(noise(3.0, generator), generator, -70.0)


def brown(generator: Generator) -> Float64:
    return at_level(noise(6.0, generator), generator, -70.0)


def fan(generator: Generator, count: int = COUNT) -> Float64:
    """Broad noise, blade tones, and the swell of each turn."""
    t = np.arange(count) / RATE_HZ
    turns_hz = generator.uniform(5.0, 30.0)
    blades = int(generator.integers(3, 9))
    swell = 1.0 + generator.uniform(0.0, 0.4) * np.sin(2 * np.pi * turns_hz * t)
    out = noise(generator.uniform(3.0, 7.0), generator, count) * swell
    out /= np.sqrt(np.mean(out**2))
    for k in range(1, 5):
        size = 10.0 ** (generator.uniform(-18.0, 3.0) / 20.0) / k
        out += size * np.sin(2 * np.pi * k * blades * turns_hz * t + generator.uniform(0.0, 2 * np.pi))
    return out


def levelled_fan(generator: Generator) -> Float64:
    return at_level(fan(generator), generator)
