"""Hum is found by itself, and what is no hum is left alone."""

import numpy as np
import pytest

from stetho.listening.hum.notch import HumNotch
from stetho.stage import run
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000


def hum(hz, height, seconds=16, overtones=()):
    t = np.arange(seconds * RATE_HZ) / RATE_HZ
    whole = np.sin(2 * np.pi * hz * t + 0.3)
    for number, share in overtones:
        whole += share * np.sin(2 * np.pi * number * hz * t + number)
    return (height * whole).astype(np.float32)


@pytest.mark.parametrize("name", ["clear", "murmur", "diastolic", "noisy", "silence"])
@pytest.mark.parametrize("seed", [1, 2])
def test_where_there_is_no_hum_nothing_changes(heart, heard, name, seed):
    sound = heart(name, seed=seed, seconds=8)
    np.testing.assert_array_equal(heard(HumNotch(), sound), sound)


@pytest.mark.parametrize("rate_bpm", [30, 60, 100, 150, 220])
def test_no_heart_rate_is_taken_for_hum(heart, heard, rate_bpm):
    sound = heart("clear", seed=4, seconds=8, rate_bpm=rate_bpm)
    np.testing.assert_array_equal(heard(HumNotch(), sound), sound)


def test_noise_and_tones_beside_the_mains_are_no_hum(heard):
    noise = np.random.default_rng(2).normal(0.0, 0.1, 60_000).astype(np.float32)
    for sound in (noise, hum(55.0, 0.2), hum(44.0, 0.2), hum(100.0, 0.2), hum(20.0, 0.2)):
        np.testing.assert_array_equal(heard(HumNotch(), sound), sound)


@pytest.mark.parametrize("mains_hz", [49.8, 50.0, 50.2, 59.8, 60.0, 60.2])
@pytest.mark.parametrize(("height", "left_db"), [(0.1, -20.0), (0.03, -13.0)])
def test_hum_under_a_heart_is_found_and_taken_away(heart, heard, mains_hz, height, left_db):
    sound, added = heart("clear", seed=2, seconds=16), hum(mains_hz, height)
    stage = HumNotch()
    rest = heard(stage, sound + added) - sound
    settled = slice(4 * RATE_HZ, None)
    assert 20 * np.log10(np.std(rest[settled]) / np.std(added[settled])) < left_db


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_it_is_known_which_mains_it_is_and_it_is_let_go_when_it_ends(heart, mains_hz):
    stage, spec = HumNotch(), StreamSpec(RATE_HZ, Origin.DEVICE)
    stage.prepare(spec)
    quiet = heart("clear", seed=2, seconds=16)
    assert stage.mains_hz is None
    list(stage.process(Chunk(read_only(quiet + hum(mains_hz, 0.1)), spec, 0, 0)))
    assert stage.mains_hz == mains_hz
    (out,) = stage.process(Chunk(read_only(quiet), spec, quiet.size, 0))
    assert stage.mains_hz is None
    np.testing.assert_array_equal(out.chest[-RATE_HZ:], quiet[-RATE_HZ:])


def test_overtones_that_stand_out_go_too(heart, heard):
    sound, added = heart("clear", seed=2, seconds=16), hum(50.0, 0.05, overtones=((2, 0.8), (3, 0.6)))
    rest = heard(HumNotch(), sound + added) - sound
    settled = slice(6 * RATE_HZ, None)
    assert 20 * np.log10(np.std(rest[settled]) / np.std(added[settled])) < -12


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
@pytest.mark.parametrize("tone_hz", [25, 35, 45, 65, 80, 97, 143, 250, 400])
def test_while_hum_is_taken_away_the_rest_loses_less_than_half_a_decibel(heard, mains_hz, tone_hz):
    """With a second tone as loud as the hum: the worst of all hearts."""
    seconds = 12
    t = np.arange(seconds * RATE_HZ) / RATE_HZ
    tone = (0.1 * np.sin(2 * np.pi * tone_hz * t)).astype(np.float32)
    out = heard(HumNotch(), tone + hum(mains_hz, 0.1, seconds))[6 * RATE_HZ :]
    at = np.exp(-2j * np.pi * tone_hz * t[6 * RATE_HZ :])
    loss_db = -20 * np.log10(2 * abs(np.mean(out * at)) / 0.1)
    assert abs(loss_db) < 0.5


def test_heart_sounds_do_not_ring_on(heart, heard):
    """After a loud sound on the line itself, what the notch adds stays below the hum that it takes away."""
    added = hum(50.0, 0.02, 16)
    burst = np.zeros(added.size, np.float32)
    for at in range(8 * RATE_HZ, 15 * RATE_HZ, 3200):
        burst[at : at + 240] = 0.5 * np.hanning(240) * np.sin(2 * np.pi * 50 * np.arange(240) / RATE_HZ)
    rest = heard(HumNotch(), burst + added)
    after = np.concatenate([rest[at + 240 : at + 3200] for at in range(8 * RATE_HZ, 14 * RATE_HZ, 3200)])
    assert np.abs(after).max() < 0.016


def test_other_rates_find_it_too():
    for rate_hz in (2000, 11_025):
        stage, spec = HumNotch(), StreamSpec(rate_hz, Origin.FILE)
        stage.prepare(spec)
        t = np.arange(6 * rate_hz) / rate_hz
        noise = np.random.default_rng(1).normal(0, 0.003, t.size)
        tone = (0.1 * np.sin(2 * np.pi * 60.1 * t) + noise).astype(np.float32)
        (out,) = run(stage, [Chunk(read_only(tone), spec, 0, 0)])
        assert stage.mains_hz == 60.0
        assert np.std(out.chest[-rate_hz:]) < 0.006
