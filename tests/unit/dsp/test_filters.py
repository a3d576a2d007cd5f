import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.design import butter_bandpass, steady_state
from stetho.dsp.filters import BandPass, band_pass
from stetho.errors import ConfigError
from stetho.stage import run
from stetho.stream import Origin, Span, StreamSpec

RATE_HZ = 4000
NOISE = (np.random.default_rng(3).normal(0.0, 0.1, 3000) + 0.2).astype(np.float32)


def _streamed(chunks):
    stage = BandPass()
    stage.prepare(chunks[0].spec)
    return list(run(stage, chunks))


def _joined(chunks):
    return np.concatenate([c.chest for c in chunks])


def test_output_equals_scipys():
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed (extra lab)")
    theirs_sections = signal.butter(4, (25, 400), "bandpass", output="sos", fs=RATE_HZ)
    seed = signal.sosfilt_zi(theirs_sections) * NOISE[0]
    theirs, _ = signal.sosfilt(theirs_sections, NOISE.astype(np.float64), zi=seed)
    assert np.abs(band_pass(NOISE, RATE_HZ) - theirs).max() <= 1e-6 * np.abs(theirs).max()


def test_state_is_the_textbooks():
    sections = butter_bandpass(4, 25, 400, RATE_HZ)
    state = steady_state(sections) * NOISE[0]
    wanted = []
    for sample in NOISE[:200].astype(np.float64):
        x = sample
        for s, (b0, b1, b2, _, a1, a2) in enumerate(sections):
            y = b0 * x + state[s, 0]
            state[s] = b1 * x - a1 * y + state[s, 1], b2 * x - a2 * y
            x = y
        wanted.append(x)
    np.testing.assert_array_equal(band_pass(NOISE[:200], RATE_HZ), np.array(wanted, np.float32))


@given(sizes=st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_chunking_law(cut, sizes):
    chunks = _streamed(cut(NOISE, RATE_HZ, sizes, start=50, concealed=[Span(100, 300)]))
    np.testing.assert_array_equal(_joined(chunks), band_pass(NOISE, RATE_HZ))
    assert chunks[0].start == 50
    assert sum(len(s) for c in chunks for s in c.concealed) == 200


def test_silence_after_sound_dies_away_at_the_same_sample_however_cut(cut):
    faded = np.concatenate((NOISE, np.zeros(20_000, np.float32)))
    out = _joined(_streamed(cut(faded, RATE_HZ, [77, 300])))
    np.testing.assert_array_equal(out, band_pass(faded, RATE_HZ))
    assert not out[-4000:].any()


def test_a_gap_starts_anew(cut):
    out = _streamed(cut(NOISE[:500], RATE_HZ, [80]) + cut(NOISE[:500], RATE_HZ, [80], start=9000))
    np.testing.assert_array_equal(_joined(out), np.tile(band_pass(NOISE[:500], RATE_HZ), 2))


@pytest.mark.parametrize("offset", [-1.0, 0.3, 1.0])
def test_an_offset_is_silent_from_the_first_sample(offset):
    assert np.abs(band_pass(np.full(2000, offset, np.float32), RATE_HZ)).max() < 1e-6


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("at", [0, 1000])
def test_a_bad_sample_passes(bad, at):
    samples = NOISE.copy()
    samples[at] = bad
    out = band_pass(samples, RATE_HZ)
    assert np.isfinite(out).all()
    np.testing.assert_allclose(out[at + 1500 :], band_pass(NOISE, RATE_HZ)[at + 1500 :], atol=1e-4)


def test_full_scale_is_bounded():
    square = np.tile(np.repeat(np.array([1, -1], np.float32), 20), 200)
    assert np.abs(band_pass(square, RATE_HZ)).max() < 3


def test_a_band_above_half_the_rate_is_refused():
    with pytest.raises(ConfigError):
        BandPass(25, 1200).prepare(StreamSpec(2000, Origin.FILE))
