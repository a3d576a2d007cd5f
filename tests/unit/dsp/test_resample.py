from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.resample import Decimator, design, to_2khz
from stetho.errors import ConfigError
from stetho.stage import run
from stetho.stream import Origin, Span, StreamSpec

RATES_HZ = [2000, 2001, 3000, 4000, 8000, 11025, 22257, 44100, 48000, 96000, 192000]
NOISE = np.random.default_rng(7).normal(0.0, 0.2, 3001).astype(np.float32)


def _streamed(chunks):
    stage = Decimator()
    stage.prepare(chunks[0].spec)
    return list(run(stage, chunks))


def _joined(chunks):
    return np.concatenate([c.chest for c in chunks])


def _gain_db(rate_hz, hz):
    """The response of the designed filter, from its taps on the fine grid of all phases."""
    plan = design(rate_hz)
    phases = plan.table.shape[0] - 1
    at = (np.arange(2 * plan.half) - plan.half + 1 - np.arange(phases)[:, None] / phases).ravel()
    taps = plan.table[:-1].astype(np.float64).ravel() / phases
    response = np.abs(np.exp(-2j * np.pi * np.outer(hz, at) / rate_hz) @ taps)
    return 20 * np.log10(np.maximum(response, 1e-12))


@pytest.mark.parametrize("rate_hz", [2500, 4000, 8000, 11025, 44100, 48000])
def test_response(rate_hz):
    assert np.abs(_gain_db(rate_hz, np.linspace(0, 800, 81))).max() <= 0.05
    assert _gain_db(rate_hz, np.linspace(1200, rate_hz * design(rate_hz).up / 2, 300)).max() <= -70


@pytest.mark.parametrize("rate_hz", [3000, 4000, 8000, 11025, 44100, 48000])
def test_it_is_scipys(rate_hz):
    """At rates whose phases are all kept; the others interpolate, which `upfirdn` does not do."""
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed (extra lab)")
    plan = design(rate_hz)
    assert plan.table.shape[0] - 1 == plan.up
    taps = plan.table[:-1, ::-1].astype(np.float64).T.ravel()  # on the fine grid of `up` points a sample
    delay = plan.half * plan.up
    fine = signal.upfirdn(taps, np.pad(NOISE.astype(np.float64), (0, plan.half)), plan.up, 1)
    ours = to_2khz(NOISE, rate_hz)
    theirs = fine[delay + np.arange(ours.size) * plan.down]
    assert np.abs(ours - theirs).max() <= 1e-6 * np.abs(theirs).max()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("tone_hz", [50, 333, 790])
def test_a_tone_comes_out_in_place(rate_hz, tone_hz):
    n = rate_hz // 2
    out = to_2khz(np.sin(2 * np.pi * tone_hz * np.arange(n) / rate_hz).astype(np.float32), rate_hz)
    assert out.size == -(-n * 2000 // rate_hz)
    wanted = np.sin(2 * np.pi * tone_hz * np.arange(out.size) / 2000)
    assert np.abs(out - wanted)[20:-20].max() < 2e-3


@pytest.mark.parametrize("rate_hz", [4000, 11025, 48000])
@pytest.mark.parametrize("tone_hz", [1250, 1700, 1990])
def test_what_would_alias_is_gone(rate_hz, tone_hz):
    tone = np.sin(2 * np.pi * tone_hz * np.arange(rate_hz // 2) / rate_hz).astype(np.float32)
    assert np.abs(to_2khz(tone, rate_hz)[40:-40]).max() < 10 ** (-70 / 20)


@given(rate_hz=st.sampled_from(RATES_HZ), sizes=st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_chunking_law(cut, rate_hz, sizes):
    lost = [Span(130, 190), Span(700, 1500)]
    chunks = _streamed(cut(NOISE, rate_hz, sizes, start=100, concealed=lost))
    whole = _streamed(cut(NOISE, rate_hz, [NOISE.size], start=100, concealed=lost))
    np.testing.assert_array_equal(_joined(chunks), to_2khz(NOISE, rate_hz))
    np.testing.assert_array_equal(_joined(chunks), _joined(whole))
    assert chunks[0].start == whole[0].start
    assert all(a.stop == b.start for a, b in pairwise(chunks))
    marked = {i for c in chunks for s in c.concealed for i in range(s.start, s.stop)}
    assert marked == {i for c in whole for s in c.concealed for i in range(s.start, s.stop)}
    assert len(marked) >= (60 + 800) * 2000 // rate_hz - 2
    assert all(s.overlap(c.span) == len(s) for c in chunks for s in c.concealed)


def test_samples_keep_their_capture_time(cut):
    for chunk in _streamed(cut(NOISE, 4000, [80], start=4000)):
        assert chunk.t0_ns == chunk.start * 500_000


def test_a_gap_starts_from_silence(cut):
    chunks = cut(NOISE[:800], 4000, [80]) + cut(NOISE[:800], 4000, [80], start=8000)
    out = _streamed(chunks)
    np.testing.assert_array_equal(_joined(out), np.tile(to_2khz(NOISE[:800], 4000), 2))
    assert {c.start for c in out} >= {0, 4000}


def test_a_bad_sample_stays_local():
    samples = NOISE.copy()
    samples[1000] = np.nan
    bad = np.flatnonzero(~np.isfinite(to_2khz(samples, 4000)))
    assert 0 < bad.size <= design(4000).half
    assert abs(bad.mean() - 500) < 1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_output_is_bounded(rate_hz):
    worst = np.sign(NOISE).astype(np.float32)
    assert np.abs(to_2khz(worst, rate_hz)).max() < 3
    np.testing.assert_allclose(to_2khz(np.ones(rate_hz, np.float32), rate_hz)[30:-30], 1, atol=1e-5)


@pytest.mark.parametrize("rate_hz", [*RATES_HZ, 191_999, 767_999])
def test_the_table_is_bounded(rate_hz):
    assert design(rate_hz).table.nbytes <= 10e6


@pytest.mark.parametrize("rate_hz", [1000, 1999, 10_000_000])
def test_a_rate_it_cannot_work_on_is_refused(rate_hz):
    with pytest.raises(ConfigError, match="record at 2000"):
        Decimator().prepare(StreamSpec(rate_hz, Origin.FILE))
    with pytest.raises(ConfigError):
        to_2khz(NOISE, rate_hz)


def test_2khz_stays_as_it_is(cut):
    chunks = cut(NOISE, 2000, [40], start=7)
    assert _streamed(chunks) == chunks
    assert to_2khz(NOISE, 2000) is NOISE


def test_other_channels_are_left_out():
    out = Decimator().prepare(StreamSpec(4000, Origin.DEVICE, ("chest", "ambient")))
    assert (out.rate_hz, out.channels) == (2000, ("chest",))
