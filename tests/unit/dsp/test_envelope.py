from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.envelope import Envelope, envelope
from stetho.errors import ConfigError
from stetho.stage import run
from stetho.stream import Origin, Span, StreamSpec

NOISE = np.random.default_rng(4).normal(0.0, 0.1, 4000).astype(np.float32)


def _streamed(chunks):
    stage = Envelope()
    stage.prepare(chunks[0].spec)
    return list(run(stage, chunks))


def _joined(chunks):
    return np.concatenate([c.chest for c in chunks])


@given(rate_hz=st.sampled_from([2000, 4000, 11025]), sizes=st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_chunking_law(cut, rate_hz, sizes):
    lost = [Span(500, 700)]
    chunks = _streamed(cut(NOISE, rate_hz, sizes, start=100, concealed=lost))
    np.testing.assert_array_equal(_joined(chunks), envelope(NOISE, rate_hz))
    assert chunks[0].start == 100 * 100 // rate_hz
    assert all(a.stop == b.start for a, b in pairwise(chunks))
    whole = _streamed(cut(NOISE, rate_hz, [NOISE.size], start=100, concealed=lost))
    marked = {i for c in chunks for s in c.concealed for i in range(s.start, s.stop)}
    assert marked == {i for s in whole[0].concealed for i in range(s.start, s.stop)}


@pytest.mark.parametrize("rate_hz", [2000, 4000, 11025])
def test_it_is_scipys(rate_hz):
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed (extra lab)")
    left = np.exp(-1.0 / (0.02 * rate_hz))
    energy = signal.lfilter([1.0 - left], [1.0, -left], NOISE.astype(np.float64) ** 2)
    last = [-(-(point + 1) * rate_hz // 100) - 1 for point in range(NOISE.size * 100 // rate_hz)]
    np.testing.assert_allclose(envelope(NOISE, rate_hz), np.sqrt(energy[last]), rtol=1e-6)


def test_a_tone_has_the_height_of_its_effective_value():
    tone = np.sin(2 * np.pi * 200 * np.arange(8000) / 4000).astype(np.float32)
    out = envelope(tone, 4000)
    assert out.size == 200
    np.testing.assert_allclose(out[50:], np.sqrt(0.5), rtol=0.02)


def test_a_gap_starts_from_silence(cut):
    out = _streamed(cut(NOISE, 4000, [80]) + cut(NOISE, 4000, [80], start=40_000))
    np.testing.assert_array_equal(_joined(out), np.tile(envelope(NOISE, 4000), 2))
    assert {c.start for c in out} >= {0, 1000}


def test_bad_samples_and_full_scale_are_bounded():
    samples = np.tile(np.array([1, -1, np.nan, np.inf], np.float32), 1000)
    out = envelope(samples, 4000)
    assert np.isfinite(out).all()
    assert out.max() <= 1.0


def test_a_rate_below_its_own_is_refused():
    with pytest.raises(ConfigError):
        Envelope().prepare(StreamSpec(50, Origin.FILE))
