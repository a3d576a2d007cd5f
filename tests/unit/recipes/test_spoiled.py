"""The conditions of the robustness report do what they are called."""

import numpy as np
import pytest
import spoiled
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import freqz

from hw_sim.heart import Heart, Wish, scenario
from stetho.dsp.resample import to_2khz


def heart(seed: int = 1, seconds: int = 8) -> np.ndarray:
    pcm = Heart(scenario("murmur", Wish(seed=seed))).read(4000 * seconds)
    return to_2khz((pcm / 32768.0).astype(np.float32), 4000)


def ratio_db(signal: np.ndarray, rest: np.ndarray) -> float:
    """Of mean powers between 25 and 800 Hz, measured by another way than the recipe's."""
    powers = []
    for samples in (signal, rest):
        spectrum = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
        hz = np.fft.rfftfreq(len(samples), 1 / 2000)
        powers.append(spectrum[(hz >= 25.0) & (hz <= 800.0)].sum())
    return 10.0 * np.log10(powers[0] / powers[1])


@pytest.mark.parametrize("snr_db", [20.0, 10.0, 5.0])
@pytest.mark.parametrize("offset", [0.0, 0.3])
def test_noise_lies_as_far_below_the_recording_as_asked(snr_db, offset):
    clean = heart()
    noise = np.random.default_rng(3).standard_normal(len(clean)).astype(np.float32) + np.float32(offset)
    added = spoiled.with_noise(clean, spoiled.as_loud_as(noise, clean), snr_db) - clean
    assert ratio_db(clean, added) == pytest.approx(snr_db, abs=0.5)


def test_band_power_is_that_of_a_tone_inside_and_nothing_of_one_outside():
    t = np.arange(7919) / 2000.0  # a prime: no kind length for a transform
    assert spoiled.band_power(np.sin(2 * np.pi * 100.0 * t)) == pytest.approx(0.5, rel=0.01)
    assert spoiled.band_power(np.sin(2 * np.pi * 5.0 * t) + 1.0) < 0.005


def test_gain_is_cut_off_at_full_scale_and_loses_its_last_bits():
    clean = heart()
    loud, quiet = spoiled.with_gain(clean, 20.0), spoiled.with_gain(clean, -20.0)
    inside = np.abs(10.0 * clean) < 0.99
    np.testing.assert_allclose(loud[inside], 10.0 * clean[inside], atol=1e-4)
    assert loud.max() <= 32767 / 32768
    assert loud.min() >= -1.0
    assert (loud[10.0 * clean > 1.0] == np.float32(32767 / 32768)).all()
    assert np.array_equal(quiet * 32768, np.round(quiet * 32768))
    np.testing.assert_allclose(quiet, 0.1 * clean, atol=1 / 32768)


@pytest.mark.parametrize("points", [spoiled.TUBE, spoiled.CONTACT])
def test_a_chest_piece_responds_as_it_was_designed(points):
    for hz, gain_db in points:
        if 40.0 <= hz <= 800.0:
            _, found = freqz(spoiled.response(points), worN=[hz], fs=2000)
            assert 20.0 * np.log10(abs(found[0])) == pytest.approx(gain_db, abs=0.5)


def test_another_chest_piece_is_as_loud_and_moves_nothing_in_time():
    click = np.zeros(4000, np.float32)
    click[2000] = 0.5
    for points in (spoiled.TUBE, spoiled.CONTACT):
        changed = spoiled.with_response(click, spoiled.response(points))
        assert np.abs(changed).argmax() == 2000
        assert ratio_db(changed, click) == pytest.approx(0.0, abs=0.2)


def test_the_halves_are_the_whole():
    clean = heart()
    assert np.array_equal(np.concatenate([spoiled.half(clean, 0), spoiled.half(clean, 1)]), clean)


@given(st.integers(1, 9000), st.integers(0, 1000))
def test_noise_is_as_long_as_the_recording_and_steady_in_loudness(count, seed):
    generator = np.random.default_rng(seed)
    clips = [
        spoiled.equally_loud(generator.standard_normal(n).astype(np.float32) * g) for n, g in ((900, 1), (400, 50))
    ]
    noise = spoiled.strung(clips, count, generator)
    assert len(noise) == count
    assert np.abs(noise).max() < 10.0
