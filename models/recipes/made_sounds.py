"""Sounds that hold no heart, made of numbers: what is tuned on them is judged on others, of other seeds.

Each maker gives float32 samples at 4 kHz in full scale, 12 s of them, at a level of its own. Recorded sounds are few
(speakers, rooms, a manikin), so kinds that nobody recorded through a chest piece are made here, and counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, lfilter, sosfilt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Generator = np.random.Generator

RATE_HZ = 4000
SECONDS = 12
COUNT = RATE_HZ * SECONDS
TUNED, LOOKED_AT, JUDGED = 1, 2, 3
"""Families of seeds: the card and its limits are set on the first; the second was looked at meanwhile, so that it
judges nothing any more; figures are made of the third."""


def made(kind: str, family: int, number: int) -> Float32:
    """Sound ``number`` of ``kind`` (a key of `NO_HEARTS`), float32 (48000,)."""
    generator = np.random.default_rng([family, *kind.encode(), number])
    return np.clip(NO_HEARTS[kind](generator), -1.0, 32767 / 32768).astype(np.float32)


def at_level(sound: Float64, generator: Generator, quietest_db: float = -50.0, loudest_db: float = -12.0) -> Float64:
    """The sound at a random level (dB of full scale, root mean square), never clipped."""
    rms = float(np.sqrt(np.mean(sound**2))) or 1.0
    wanted = 10.0 ** (generator.uniform(quietest_db, loudest_db) / 20.0)
    return sound * min(wanted / rms, 0.95 / float(np.abs(sound).max() or 1.0))


def noise(slope_db: float, generator: Generator, count: int = COUNT) -> Float64:
    """Noise whose power falls by ``slope_db`` an octave above 15 Hz."""
    spectrum = np.fft.rfft(generator.standard_normal(count))
    hz = np.maximum(np.fft.rfftfreq(count, 1.0 / RATE_HZ), 15.0)
    return np.asarray(np.fft.irfft(spectrum * (hz / 100.0) ** (-slope_db / 6.02), count))


def band(sound: Float64, low_hz: float, high_hz: float, order: int = 2) -> Float64:
    return np.asarray(sosfilt(butter(order, (low_hz, high_hz), "band", fs=RATE_HZ, output="sos"), sound))


def place(out: Float64, at_s: float, sound: Float64) -> None:
    """Adds a sound where it begins; what reaches past the end is left out."""
    start = int(at_s * RATE_HZ)
    stop = min(len(out), start + len(sound))
    if 0 <= start < stop:
        out[start:stop] += sound[: stop - start]


def _seconds(length_s: float) -> Float64:
    return np.arange(int(length_s * RATE_HZ)) / RATE_HZ


# --- steady ---------------------------------------------------------------------------------------------------------


def _silence(_: Generator) -> Float64:
    return np.zeros(COUNT)


def _flat_line(generator: Generator) -> Float64:
    """An offset, with or without the last bit's noise."""
    bits = generator.integers(-1, 2, COUNT) / 32768 if generator.random() < 0.5 else 0.0
    return np.full(COUNT, generator.uniform(-0.9, 0.9)) + bits


def _tone(generator: Generator) -> Float64:
    hz = 50.0 * 16.0 ** generator.random()
    return at_level(np.sin(2 * np.pi * hz * np.arange(COUNT) / RATE_HZ), generator, -60.0, -6.0)


def _pulsed_tone(generator: Generator) -> Float64:
    """A patient monitor's beep, or a telephone's: 30-180 a minute."""
    out, at = np.zeros(COUNT), generator.uniform(0.0, 0.5)
    hz, length_s = generator.uniform(250.0, 960.0), generator.uniform(0.06, 0.25)
    period_s = 60.0 / generator.uniform(30.0, 180.0)
    t = _seconds(length_s)
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


def _hum(generator: Generator) -> Float64:
    return at_level(hum(generator), generator) + 10.0 ** generator.uniform(-5.0, -3.5) * noise(0.0, generator)


def _white(generator: Generator) -> Float64:
    return at_level(noise(0.0, generator), generator, -70.0)


def _pink(generator: Generator) -> Float64:
    return at_level(noise(3.0, generator), generator, -70.0)


def _brown(generator: Generator) -> Float64:
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


def _fan(generator: Generator) -> Float64:
    return at_level(fan(generator), generator)


# --- music ----------------------------------------------------------------------------------------------------------


def _note(hz: float, length_s: float, fall: float, decay_s: float, attack_s: float = 0.01) -> Float64:
    t = _seconds(length_s)
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
    t = _seconds(0.35)
    low_hz, sweep_hz = generator.uniform(42.0, 70.0), generator.uniform(30.0, 150.0)
    phase = 2 * np.pi * np.cumsum(low_hz + sweep_hz * np.exp(-t / 0.03)) / RATE_HZ
    return np.asarray(np.sin(phase) * np.exp(-t / generator.uniform(0.06, 0.18)) * np.minimum(1.0, t / 0.002))


def _snare(generator: Generator) -> Float64:
    t = _seconds(0.25)
    body = 0.6 * np.sin(2 * np.pi * generator.uniform(160.0, 240.0) * t) * np.exp(-t / 0.05)
    rattle = band(generator.standard_normal(len(t)), 250.0, 1900.0) * np.exp(-t / generator.uniform(0.04, 0.12))
    return np.asarray(body + rattle)


def _hat(generator: Generator) -> Float64:
    t = _seconds(0.08)
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


def _chords(generator: Generator) -> Float64:
    return at_level(chords(generator), generator)


def _melody(generator: Generator) -> Float64:
    return at_level(melody(generator), generator)


def _drums(generator: Generator) -> Float64:
    return at_level(drums(generator), generator) + 10.0 ** generator.uniform(-5.0, -3.5) * noise(3.0, generator)


def _band(generator: Generator) -> Float64:
    """Chords, a melody and drums together (in no common time: a radio heard from afar)."""
    parts = [part(generator) for part in (chords, melody, drums)]
    return at_level(sum(p / np.sqrt(np.mean(p**2)) * generator.uniform(0.3, 1.0) for p in parts), generator)


# --- people and things ----------------------------------------------------------------------------------------------


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
    t = _seconds(length_s)
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


def _voice(generator: Generator) -> Float64:
    return at_level(voice(generator), generator)


def rub(generator: Generator, count: int = COUNT) -> Float64:
    """The chest piece slides on skin, hair or cloth: scrapes and crackles at any time, 1-6 a second, dull or sharp."""
    out, at = np.zeros(count), 0.0
    pace, low_hz = generator.uniform(0.8, 5.0), generator.uniform(25.0, 150.0)
    high_hz = low_hz * generator.uniform(3.0, 10.0)
    while at < count / RATE_HZ:
        length_s = generator.uniform(0.04, 0.6)
        t = _seconds(length_s)
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
        t = _seconds(0.3)
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


def _rub(generator: Generator) -> Float64:
    return at_level(rub(generator), generator) + 10.0 ** generator.uniform(-5.0, -3.0) * noise(3.0, generator)


def _knocks(generator: Generator) -> Float64:
    return at_level(knocks(generator), generator) + 10.0 ** generator.uniform(-5.0, -3.0) * noise(3.0, generator)


def _clock(generator: Generator) -> Float64:
    """Tick and tock, 1-5 a second, of unlike strength."""
    out, at = np.zeros(COUNT), generator.uniform(0.0, 0.3)
    t = _seconds(0.06)
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


def _steps(generator: Generator) -> Float64:
    """Somebody walks by: heel and toe, 80-130 a minute."""
    out, at = np.zeros(COUNT), generator.uniform(0.0, 0.5)
    period_s, toe_s = 60.0 / generator.uniform(80.0, 130.0), generator.uniform(0.06, 0.2)
    heel_hz, toe_hz = generator.uniform(30.0, 120.0), generator.uniform(80.0, 400.0)
    scrape = generator.uniform(0.05, 0.5)
    while at < SECONDS:
        t = _seconds(0.25)
        for delay_s, hz, size in ((0.0, heel_hz, 1.0), (toe_s, toe_hz, 0.5)):
            grit = scrape * band(generator.standard_normal(len(t)), 200.0, 1800.0) * np.exp(-t / 0.05)
            loud = size * 10.0 ** (generator.normal(0.0, 2.0) / 20.0)
            place(out, at + delay_s, loud * (np.sin(2 * np.pi * hz * t) * np.exp(-t / 0.04) + grit))
        at += period_s * (1.0 + generator.normal(0.0, 0.03))
    return at_level(out, generator) + 10.0 ** generator.uniform(-5.0, -3.0) * noise(3.0, generator)


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


def _breath(generator: Generator) -> Float64:
    return at_level(breath(generator), generator)


NO_HEARTS: Mapping[str, Callable[[Generator], Float64]] = MappingProxyType(
    {
        "digital silence": _silence,
        "flat line": _flat_line,
        "tone, 50-800 Hz": _tone,
        "beeps, 30-180 a minute": _pulsed_tone,
        "mains hum": _hum,
        "white noise": _white,
        "pink noise": _pink,
        "brown noise": _brown,
        "fan": _fan,
        "music: chords": _chords,
        "music: melody": _melody,
        "music: drums": _drums,
        "music: all together": _band,
        "speech": _voice,
        "rubbing": _rub,
        "knocks": _knocks,
        "clock": _clock,
        "footsteps": _steps,
        "breathing": _breath,
    }
)
