from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.heart import Heart, Wish, scenario
from stetho.dsp.time_stretch import HalfSpeed, half_speed
from stetho.stage import run
from stetho.stream import Span

RATE_HZ = 4000
NOISE = np.random.default_rng(9).normal(0.0, 0.1, 5000).astype(np.float32)


def streamed(chunks):
    stage = HalfSpeed()
    stage.prepare(chunks[0].spec)
    return list(run(stage, chunks))


@given(sizes=st.lists(st.integers(1, 900), min_size=1, max_size=6))
def test_chunking_law(cut, sizes):
    parts = streamed(cut(NOISE, RATE_HZ, sizes, start=50, concealed=[Span(400, 500)]))
    np.testing.assert_array_equal(np.concatenate([c.chest for c in parts]), half_speed(NOISE, RATE_HZ))
    assert parts[0].start == 100
    assert all(a.stop == b.start for a, b in pairwise(parts))
    assert sorted({i for c in parts for s in c.concealed for i in range(s.start, s.stop)}) == list(range(800, 1000))


@pytest.mark.parametrize("length", [0, 1, 10, 100, 333, 4001])
@pytest.mark.parametrize("rate_hz", [1000, 4000, 44_100])
def test_it_lasts_exactly_twice_as_long(length, rate_hz):
    assert half_speed(NOISE[:length], rate_hz).size == 2 * min(length, NOISE.size)


@pytest.mark.parametrize("hz", [30, 50, 100, 200, 400, 800])
def test_a_tone_keeps_its_pitch_its_height_and_its_smoothness(hz):
    tone = (0.5 * np.sin(2 * np.pi * hz * np.arange(16_000) / RATE_HZ)).astype(np.float32)
    out = half_speed(tone, RATE_HZ)
    inner = out[1000:-2000]
    spectrum = np.abs(np.fft.rfft(inner * np.hanning(inner.size)))
    assert spectrum.argmax() * RATE_HZ / inner.size == pytest.approx(hz, abs=0.6)
    assert np.abs(inner).max() == pytest.approx(np.abs(tone).max(), rel=0.03)
    assert np.abs(np.diff(inner)).max() < 1.1 * np.abs(np.diff(tone)).max()


def test_silence_stays_silent_and_bad_samples_count_as_0():
    assert not half_speed(np.zeros(4000, np.float32), RATE_HZ).any()
    bad, zero = NOISE.copy(), NOISE.copy()
    bad[1000:1100], zero[1000:1100] = np.nan, 0.0
    np.testing.assert_array_equal(half_speed(bad, RATE_HZ), half_speed(zero, RATE_HZ))


def test_full_scale_is_bounded():
    square = np.repeat(np.tile([1.0, -1.0], 100), 50).astype(np.float32)
    assert np.abs(half_speed(square, RATE_HZ)).max() <= 1.0 + 1e-6


def test_heart_sounds_come_at_twice_their_times():
    heart = Heart(scenario("clear", Wish(seed=1, rate_bpm=70)))
    sound = heart.read(10 * RATE_HZ).astype(np.float32) / 32768
    slow = half_speed(sound, RATE_HZ)
    level = np.convolve(np.square(slow), np.ones(400) / 400, "same")
    for beat in heart.beats(9 * RATE_HZ):
        around = level[max(0, 2 * beat.s1 - 800) : 2 * beat.s1 + 1200]
        assert around.max() > 4.0 * np.median(level)
    assert slow.size == 2 * sound.size
    assert np.std(slow) == pytest.approx(np.std(sound), rel=0.1)


def test_a_gap_begins_anew(cut):
    out = streamed(cut(NOISE, RATE_HZ, [80]) + cut(NOISE, RATE_HZ, [80], start=20_000))
    np.testing.assert_array_equal(np.concatenate([c.chest for c in out]), np.tile(half_speed(NOISE, RATE_HZ), 2))
    assert {c.start for c in out} >= {0, 40_000}
