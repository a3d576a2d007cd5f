from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.spectrogram import BIN_HZ, BINS, Spectrogram, power_spectra, shades, spectrogram
from stetho.errors import ConfigError
from stetho.stage import run
from stetho.stream import Origin, Span, StreamSpec

NOISE = np.random.default_rng(8).normal(0.0, 0.1, 4000).astype(np.float32)


def streamed(chunks):
    stage = Spectrogram()
    stage.prepare(chunks[0].spec)
    return list(run(stage, chunks))


@given(rate_hz=st.sampled_from([2000, 4000, 11_025]), sizes=st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_chunking_law(cut, rate_hz, sizes):
    lost = [Span(rate_hz + 500, rate_hz + 700)]
    whole = streamed(cut(NOISE, rate_hz, [NOISE.size], start=rate_hz, concealed=lost))
    parts = streamed(cut(NOISE, rate_hz, sizes, start=rate_hz, concealed=lost))
    np.testing.assert_array_equal(np.concatenate([c.shades for c in parts], axis=1), spectrogram(NOISE, rate_hz))
    assert parts[0].start == rate_hz
    assert all(abs(a.span.stop - b.start) <= 1 for a, b in pairwise(parts))
    marked = {i for c in parts for s in c.concealed for i in range(s.start, s.stop)}
    assert marked == {i for c in whole for s in c.concealed for i in range(s.start, s.stop)}
    assert marked >= set(range(lost[0].start, lost[0].stop))
    assert len(marked) <= len(lost[0]) + 2 * rate_hz // 2000 + 2


def test_it_is_scipys():
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed (extra lab)")
    _, _, theirs = signal.spectrogram(
        np.concatenate((np.zeros(88, np.float32), NOISE)).astype(np.float64),
        fs=2000,
        window=signal.get_window("hann", 128),
        nperseg=128,
        noverlap=88,
        detrend=False,
        scaling="spectrum",
        mode="psd",
    )
    ours = power_spectra(NOISE).astype(np.float64)
    ours[1:-1] *= 2.0  # both sides of the spectrum
    # The transform is in float32: a bin 80 dB under the loudest is rounding.
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=2e-8 * theirs.max())


def test_a_tone_at_full_scale_is_the_brightest_and_silence_the_darkest():
    tone = np.sin(2 * np.pi * 16 * BIN_HZ * np.arange(8000) / 4000).astype(np.float32)
    picture = spectrogram(tone, 4000)
    assert picture.shape == (BINS, 100)
    assert picture.dtype == np.uint8
    assert (picture[:, 10:90].argmax(axis=0) == 16).all()
    assert (picture[16, 10:90] >= 254).all()
    assert not spectrogram(np.zeros(4000, np.float32), 4000).any()
    assert shades(np.full((1, 1), 0.25 * 10 ** (-45 / 10), np.float32))[0, 0] in {127, 128}


def test_a_gap_starts_from_silence(cut):
    parts = streamed(cut(NOISE, 4000, [80]) + cut(NOISE, 4000, [80], start=40_000))
    whole = np.concatenate([c.shades for c in parts], axis=1)
    np.testing.assert_array_equal(whole, np.tile(spectrogram(NOISE, 4000), 2))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e-41, 1.0])
def test_bad_samples_and_full_scale_are_bounded(bad):
    samples = NOISE.copy()
    samples[1000:3000] = bad
    assert spectrogram(samples, 2000).shape == (BINS, 100)
    assert np.isfinite(power_spectra(samples)).all()


def test_an_empty_stream_has_no_picture():
    stage = Spectrogram()
    stage.prepare(StreamSpec(4000, Origin.FILE))
    assert list(run(stage, [])) == []
    assert spectrogram(np.zeros(0, np.float32), 4000).shape == (BINS, 0)


def test_a_rate_below_2_khz_is_refused():
    with pytest.raises(ConfigError):
        Spectrogram().prepare(StreamSpec(1000, Origin.FILE))
