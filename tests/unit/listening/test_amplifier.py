"""Loud, and never too loud."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stetho.errors import ConfigError
from stetho.listening.amplifier import CEILING, Amplifier
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000
ANY = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(samples=arrays(np.float32, st.integers(1, 400), elements=ANY), gain_db=st.floats(-40, 40))
def test_nothing_goes_out_above_the_ceiling(heard, samples, gain_db):
    out = heard(Amplifier(gain_db), samples, sizes=(64,))
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= np.float32(CEILING)


@given(seed=st.integers(0, 2**32 - 1), gain_db=st.floats(0, 40))
def test_bursts_of_full_scale_are_held(heard, seed, gain_db):
    rng = np.random.default_rng(seed)
    samples = np.where(rng.random(2000) < 0.05, rng.choice([-1.0, 1.0], 2000), rng.normal(0, 0.01, 2000))
    assert np.abs(heard(Amplifier(gain_db), samples.astype(np.float32))).max() <= np.float32(CEILING)


def test_below_the_ceiling_it_only_amplifies(heard):
    samples = np.random.default_rng(1).uniform(-0.09, 0.09, 4000).astype(np.float32)
    out = heard(Amplifier(20.0), samples)
    np.testing.assert_allclose(out[400:], 10.0 * samples[400:], rtol=1e-5)


def test_it_turns_down_before_the_peak_and_slowly_up_again(heard):
    tone = (0.1 * np.sin(2 * np.pi * 100 * np.arange(8000) / RATE_HZ)).astype(np.float32)
    loud = tone.copy()
    loud[4000:4200] *= 40.0
    out = heard(Amplifier(0.0), loud)
    np.testing.assert_allclose(out[400:3900], loud[400:3900], rtol=1e-5)
    assert 0.9 < np.abs(out[4000:4200]).max() <= CEILING
    quiet_again = np.abs(out[4200:]).reshape(-1, 40).max(axis=1)
    assert quiet_again[0] < 0.05
    np.testing.assert_allclose(quiet_again[60:], 0.1, rtol=0.03)


def test_a_limited_tone_keeps_its_shape(heard):
    """A limiter that follows each half-wave would make overtones; this one holds still over them."""
    tone = np.sin(2 * np.pi * 100 * np.arange(8000) / RATE_HZ).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(heard(Amplifier(12.0), tone)[4000:] * np.hanning(4000)))
    assert spectrum[290:310].max() < 0.02 * spectrum.max()


def test_it_starts_from_silence_and_a_new_gain_glides(heard):
    constant = np.full(2000, 0.5, np.float32)
    assert np.abs(np.diff(heard(Amplifier(0.0), constant), prepend=0.0)).max() < 0.03
    stage, spec = Amplifier(0.0), StreamSpec(RATE_HZ, Origin.DEVICE)
    stage.prepare(spec)
    pieces = [c.chest for c in stage.process(Chunk(read_only(constant), spec, 0, 0))]
    stage.gain_db = -20.0
    pieces += [c.chest for c in stage.process(Chunk(read_only(constant), spec, 2000, 0))]
    out = np.concatenate(pieces)
    assert np.abs(np.diff(out[100:])).max() < 0.03
    assert out[-1] == pytest.approx(0.05, rel=1e-4)


@pytest.mark.parametrize("gain_db", [41.0, -41.0, float("nan")])
def test_a_gain_beyond_reason_is_refused(gain_db):
    with pytest.raises(ConfigError, match="choose one within"):
        Amplifier(gain_db)
