"""What knocks, rubs, ticks and walks: the chest piece, a clock, steps."""

from __future__ import annotations

import numpy as np
from made_parts import COUNT, RATE_HZ, SECONDS, Float64, Generator, at_level, band, noise, place, seconds


def rub(generator: Generator, count: int = COUNT) -> Float64:
    """The chest piece slides on skin, hair or cloth: scrapes and crackles at any time, 1-6 a second, dull or sharp."""
    out, at = np.zeros(count), 0.0
    pace, low_hz = generator.uniform(0.8, 5.0), generator.uniform(25.0, 150.0)
    high_hz = low_hz * generator.uniform(3.0, 10.0)
    while at < count / RATE_HZ:
        length_s = generator.uniform(0.04, 0.6)
        t = seconds(length_s)
        grain = generator.standard_normal(len(t))
        if generator.random() < 0.5:  # stick and slip
            grain *= generator.random(len(t)) < generator.uniform(0.02, 0.2)
        shape = np.sin(np.pi * t / length_s) ** generator.uniform(0.3, 2.0)
        place(out, at, band(grain, low_hz, min(high_hz, 1900.0)) * shape * 10.0 ** (generator.normal(0.0, 5.0) / 20.0))
        at += generator.exponential(1.0 / pace)
    return out


def knocks(generator: Generator, count: int = COUNT) -> Float64:
    """Fingers and tubes knock the chest piece: dull, sudden, irregular."""
    out, at = np.zeros(count), generator.uniform(0.0, 1.0)
    while at < count / RATE_HZ:
        t = seconds(0.3)
        hz = generator.uniform(25.0, 120.0)
        place(
            out,
            at,
            (np.sin(2 * np.pi * hz * t) + 0.4 * generator.standard_normal(len(t)) * np.exp(-t / 0.004))
            * np.exp(-t / generator.uniform(0.01, 0.06))
            * 10.0 ** (generator.normal(0.0, 5.0) / 20.0),
        )
        at += generator.exponential(0.6) + 0.05
    return out


def levelled_rub(generator: Generator) -> Float64:
    return at_level(rub(generator), generator) + 10.0 ** generator.uniform(-5.0, -3.0) * noise(3.0, generator)


def levelled_knocks(generator: Generator) -> Float64:
    return at_level(knocks(generator), generator) + 10.0 ** generator.uniform(-5.0, -3.0) * noise(3.0, generator)


def clock(generator: Generator) -> Float64:
    """Tick and tock, 1-5 a second, of unlike strength."""
    out, at = np.zeros(COUNT), generator.uniform(0.0, 0.3)
    t = seconds(0.06)
    ticks = []
    for _ in range(2):
        ring = sum(np.sin(2 * np.pi * generator.uniform(150.0, 1900.0) * t) for _ in range(3))
        ticks.append(ring * np.exp(-t / generator.uniform(0.002, 0.015)) * generator.uniform(0.4, 1.0))
    pace, lame, number = generator.choice([1.0, 2.0, 4.0, 5.0]), generator.uniform(-0.15, 0.15), 0
    while at < SECONDS:
        place(out, at, ticks[number % 2])
        at += (1.0 + (lame if number % 2 else -lame)) / pace
        number += 1
    return at_level(out, generator, -55.0) + 10.0 ** generator.uniform(-5.0, -3.0) * noise(3.0, generator)


def footsteps(generator: Generator) -> Float64:
    """Somebody walks by: heel and toe, 80-130 a minute."""
    out, at = np.zeros(COUNT), generator.uniform(0.0, 0.5)
    period_s, toe_s = 60.0 / generator.uniform(80.0, 130.0), generator.uniform(0.06, 0.2)
    heel_hz, toe_hz = generator.uniform(30.0, 120.0), generator.uniform(80.0, 400.0)
    scrape = generator.uniform(0.05, 0.5)
    while at < SECONDS:
        t = seconds(0.25)
        for delay_s, hz, size in ((0.0, heel_hz, 1.0), (toe_s, toe_hz, 0.5)):
            grit = scrape * band(generator.standard_normal(len(t)), 200.0, 1800.0) * np.exp(-t / 0.05)
            loud = size * 10.0 ** (generator.normal(0.0, 2.0) / 20.0)
            place(out, at + delay_s, loud * (np.sin(2 * np.pi * hz * t) * np.exp(-t / 0.04) + grit))
        at += period_s * (1.0 + generator.normal(0.0, 0.03))
    return at_level(out, generator) + 10.0 ** generator.uniform(-5.0, -3.0) * noise(3.0, generator)
