import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.heart import _kernels
from hw_sim.heart.band import BandNoise, band_pass, low_pass
from hw_sim.heart.draw import Draw, mix
from hw_sim.heart.exact import cosine_of_turns, exponential, gain_of_db, sine_of_turns


@given(st.floats(-1000.0, 1000.0))
def test_sine_and_cosine_agree_with_libm(turns):
    reduced = 2 * math.pi * (turns - round(turns))
    assert abs(float(sine_of_turns(turns)) - math.sin(reduced)) < 1e-12
    assert abs(float(cosine_of_turns(turns)) - math.cos(reduced)) < 1e-12


@given(st.floats(-600.0, 600.0))
def test_the_exponential_agrees_with_libm(x):
    assert math.isclose(float(exponential(x)), math.exp(x), rel_tol=1e-13)


def test_decibels_are_amplitudes():
    assert math.isclose(gain_of_db(20.0), 10.0, rel_tol=1e-13)
    assert gain_of_db(0.0) == 1.0


def test_splitmix64_gives_its_published_first_numbers():
    # Vigna's reference implementation with the state 1234567.
    golden, state, found = 0x9E3779B97F4A7C15, 1234567, []
    for _ in range(3):
        state = (state + golden) % 2**64
        found.append(mix(state))
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_draws_are_addressed_and_spread():
    assert Draw.of(1, "a").bits() == Draw.of(1, "a").bits()
    assert len({Draw.of(seed, name, i).bits() for seed in (1, 2) for name in ("a", "b") for i in (0, 1)}) == 8
    draw = Draw.of(1, "spread")
    bells = draw.bells(20_000)
    assert abs(bells.mean()) < 0.03
    assert abs(bells.std() - 1.0) < 0.02


def test_band_noise_has_unit_level_and_its_band():
    noise = BandNoise(1, "test", [band_pass(4000, 200.0, 1.0)])
    samples = np.concatenate([noise.read(n) for n in (1, 999, 79_000)])
    assert abs(samples.std() - 1.0) < 0.05
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / 4000)
    inside = power[(hz > 100) & (hz < 400)].sum() / power.sum()
    assert inside > 0.7


def test_compiled_noise_is_the_hash_of_its_counter():
    seed, start = 0xFEDCBA9876543210, 10**12
    out = np.empty(50)
    _kernels.noise(seed, start, out)
    for i, sample in enumerate(out):
        bits = mix((seed + (start + i) * 0x9E3779B97F4A7C15) % 2**64)
        pieces = sum(bits >> shift & 0xFFFF for shift in (0, 16, 32, 48))
        assert sample == (pieces - 4 * 32767.5) * (1.0 / 37837.227)


def test_compiled_arithmetic_rounds_as_plain_python_does():
    # A fused multiply-add or another order of adding would show in a last bit.
    rng = np.random.default_rng(3)
    sections = np.stack([band_pass(4000, 150.0, 0.6), low_pass(4000, 400.0)])
    samples = rng.standard_normal(500)
    compiled, plain = samples.copy(), samples.copy()
    _kernels.filter_in_place(sections, np.zeros((2, 2)), compiled)
    _kernels.filter_in_place.py_func(sections, np.zeros((2, 2)), plain)
    assert compiled.tobytes() == plain.tobytes()
    weights, rows = rng.standard_normal(9), rng.standard_normal((9, 500))
    _kernels.add_weighted(weights, rows, compiled)
    _kernels.add_weighted.py_func(weights, rows, plain)
    assert compiled.tobytes() == plain.tobytes()
