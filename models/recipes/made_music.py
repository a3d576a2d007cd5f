"""Music: chords, a melody, drums, and all of them from a radio afar."""

from __future__ import annotations

import numpy as np
from made_parts import COUNT, RATE_HZ, Float64, Generator, at_level, band, noise, place, seconds
from scipy.signal import butter, sosfilt


def _note(hz: float, length_s: float, fall: float, decay_s: float, attack_s: float = 0.01) -> Float64:
    t = seconds(length_s)
    out = sum(k**-fall * np.sin(2 * np.pi * k * hz * t) * np.exp(-k * t / decay_s / 3.0) for k in range(1, 9))
    return np.asarray(
        out * np.minimum(1.0, t / attack_s) * np.minimum(1.0, (length_s - t) / 0.02) * np.exp(-t / decay_s)
    )


def _pitch(step: int) -> float:
    """Of a semitone counted from A, 110 Hz."""
    return 110.0 * 2.0 ** (step / 12.0)


def chords(generator: Generator, count: int = COUNT) -> Float64:
    """Triads, held or struck, one to four to the bar."""
    out, at = np.zeros(count), 0.0
    beat_s = 60.0 / generator.uniform(60.0, 160.0)
    held = generator.choice([0.5, 1.0, 2.0, 4.0]) * beat_s
    fall, decay_s = generator.uniform(0.8, 2.0), generator.uniform(0.15, 3.0)
    roots = generator.choice([0, 3, 5, 7, 8, 10], size=4)
    number = 0
    while at < count / RATE_HZ:
        root = int(roots[number % 4]) + int(generator.choice([-12, 0]))
        for step in (0, generator.choice([3, 4]), 7, 12):
            place(out, at, _note(_pitch(root + int(step)), held, fall, decay_s, generator.choice([0.005, 0.05])))
        at += held
        number += 1
    return out


def melody(generator: Generator, count: int = COUNT) -> Float64:
    """One instrument, plucked or blown, in even or dotted time."""
    out, at = np.zeros(count), 0.0
    beat_s = 60.0 / generator.uniform(60.0, 180.0)
    fall, decay_s = generator.uniform(0.8, 2.5), generator.uniform(0.1, 1.5)
    base = int(generator.integers(-12, 18))
    pattern = generator.choice([0.5, 0.5, 1.0, 1.5, 2.0], size=6)
    number = 0
    while at < count / RATE_HZ:
        length_s = float(pattern[number % 6]) * beat_s
        if generator.random() < 0.9:
            step = base + int(generator.choice([0, 2, 3, 5, 7, 9, 12]))
            place(out, at, _note(_pitch(step), length_s, fall, decay_s))
        at += length_s
        number += 1
    return out


def _kick(generator: Generator) -> Float64:
    t = seconds(0.35)
    low_hz, sweep_hz = generator.uniform(42.0, 70.0), generator.uniform(30.0, 150.0)
    phase = 2 * np.pi * np.cumsum(low_hz + sweep_hz * np.exp(-t / 0.03)) / RATE_HZ
    return np.asarray(np.sin(phase) * np.exp(-t / generator.uniform(0.06, 0.18)) * np.minimum(1.0, t / 0.002))


def _snare(generator: Generator) -> Float64:
    t = seconds(0.25)
    body = 0.6 * np.sin(2 * np.pi * generator.uniform(160.0, 240.0) * t) * np.exp(-t / 0.05)
    rattle = band(generator.standard_normal(len(t)), 250.0, 1900.0) * np.exp(-t / generator.uniform(0.04, 0.12))
    return np.asarray(body + rattle)


def _hat(generator: Generator) -> Float64:
    t = seconds(0.08)
    hiss = sosfilt(butter(2, 800.0, "high", fs=RATE_HZ, output="sos"), generator.standard_normal(len(t)))
    return np.asarray(0.4 * hiss * np.exp(-t / 0.02))


def drums(generator: Generator, count: int = COUNT) -> Float64:
    """A loop of kick, snare and hat at 60-180 beats a minute, four patterns of which one is the kick alone."""
    out = np.zeros(count)
    kick, snare, hat = _kick(generator), _snare(generator), _hat(generator)
    beat_s = 60.0 / generator.uniform(60.0, 180.0)
    pattern = ("kick", "back beat", "floor", "broken")[int(generator.integers(4))]
    hats = 0.0 if pattern == "kick" else generator.uniform(0.0, 0.6)
    snares = generator.uniform(0.3, 1.0)
    kicks = {"kick": (0, 1, 2, 3), "floor": (0, 1, 2, 3), "back beat": (0, 2), "broken": (0, 1.5, 2.5)}[pattern]
    for number in range(int(count / RATE_HZ / beat_s) + 1):
        at = number * beat_s
        for k in kicks:
            if int(k) == number % 4:
                place(out, at + (k - int(k)) * beat_s, kick * 10.0 ** (generator.normal(0.0, 0.7) / 20.0))
        if pattern != "kick" and number % 2:
            place(out, at, snares * snare)
        for half in (0.0, 0.5):
            place(out, at + half * beat_s, hats * hat)
    return out


def levelled_chords(generator: Generator) -> Float64:
    return at_level(chords(generator), generator)


def levelled_melody(generator: Generator) -> Float64:
    return at_level(melody(generator), generator)


def levelled_drums(generator: Generator) -> Float64:
    return at_level(drums(generator), generator) + 10.0 ** generator.uniform(-5.0, -3.5) * noise(3.0, generator)


def ensemble(generator: Generator) -> Float64:
    """Chords, a melody and drums together (in no common time: a radio heard from afar)."""
    parts = [part(generator) for part in (chords, melody, drums)]
    return at_level(sum(p / np.sqrt(np.mean(p**2)) * generator.uniform(0.3, 1.0) for p in parts), generator)
