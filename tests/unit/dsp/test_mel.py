import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.mel import HOP, LogMel, log_mel, mel_sha256, mel_table
from stetho.errors import ConfigError
from stetho.stage import run
from stetho.stream import Origin, Span, StreamSpec

NOISE = np.random.default_rng(5).normal(0.0, 0.1, 2011).astype(np.float32)


def _reference(samples):
    """The same definition with numpy's own transform, in float64."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(128) / 128)
    padded = np.concatenate([np.zeros(88), samples])
    frames = np.lib.stride_tricks.sliding_window_view(padded, 128)[::HOP][: samples.size // HOP]
    power = np.abs(np.fft.rfft(frames * window)) ** 2 / window.sum() ** 2
    return np.log(mel_table().astype(np.float64) @ power.T + 1e-10)


def _streamed(stage, chunks):
    stage.prepare(chunks[0].spec)
    frames = list(run(stage, chunks))
    return frames, np.concatenate([f.log_mel for f in frames], axis=1)


def test_table_equals_librosas():
    filters = pytest.importorskip("librosa.filters", reason="librosa is not installed (extra lab)")
    theirs = filters.mel(sr=2000, n_fft=128, n_mels=40, fmin=25, fmax=800, htk=False, norm="slaney")
    assert mel_table().dtype == np.float32
    assert np.abs(mel_table() - theirs).max() <= 1e-6


def test_table_is_the_one_that_models_pin():
    assert mel_sha256() == "dac1fb29b3f5bdb06cd7d1215970d8fce25988d273f481ed7ac34a5a5348a444"


@pytest.mark.parametrize("gain", [1e-6, 1e-2, 1.0])
def test_log_mel_equals_the_definition(gain):
    samples = (NOISE * gain).astype(np.float32)
    assert log_mel(samples).shape == (40, 50)
    np.testing.assert_allclose(log_mel(samples), _reference(samples), rtol=0, atol=1e-4)


def test_a_tone_lands_in_its_band():
    tone = np.sin(2 * np.pi * 300 * np.arange(4000) / 2000).astype(np.float32)
    loudest = log_mel(tone)[:, 10:].argmax(axis=0)
    centres_hz = np.linspace(25, 800, 42)[1:-1]
    assert np.abs(centres_hz[loudest] - 300).max() < 20


@given(sizes=st.lists(st.integers(1, 300), min_size=1, max_size=8))
def test_chunking_law(cut, sizes):
    _, streamed = _streamed(LogMel(), cut(NOISE, 2000, sizes))
    np.testing.assert_array_equal(streamed, log_mel(NOISE))


def test_frames_say_where_in_the_source_they_are(cut):
    frames, _ = _streamed(LogMel(source_rate_hz=4000), cut(NOISE[:400], 2000, [33], start=1000))
    assert frames[0].start == 2000
    assert frames[-1].span.stop == 2000 + 800
    assert all(a.span.stop == b.start for a, b in itertools.pairwise(frames))


def test_concealed_spans_come_out_in_source_samples(cut):
    lost = Span(100, 170)
    frames, _ = _streamed(LogMel(4000), cut(NOISE[:400], 2000, [33], concealed=[lost]))
    marked = sorted((s.start, s.stop) for f in frames for s in f.concealed)
    assert marked[0][0] == 200
    assert marked[-1][1] == 340
    assert sum(b - a for a, b in marked) == 140
    assert all(s.overlap(f.span) == len(s) for f in frames for s in f.concealed)


def test_a_gap_starts_from_silence(cut):
    chunks = cut(NOISE[:400], 2000, [33]) + cut(NOISE[:400], 2000, [33], start=5000)
    _, streamed = _streamed(LogMel(), chunks)
    np.testing.assert_array_equal(streamed[:, 10:], log_mel(NOISE[:400]))


def test_a_bad_sample_spoils_only_the_frames_that_hold_it():
    samples = NOISE.copy()
    samples[400] = np.nan
    bad = ~np.isfinite(log_mel(samples)).all(axis=0)
    assert np.flatnonzero(bad).tolist() == [10, 11, 12]


@pytest.mark.parametrize("samples", [np.zeros(400), np.ones(400), -np.ones(400), np.tile([1.0, -1.0], 200)])
def test_output_is_bounded(samples):
    out = log_mel(samples.astype(np.float32))
    assert np.isfinite(out).all()
    assert out.min() >= np.log(1e-10) - 1e-3
    assert out.max() < 0


def test_another_rate_is_refused():
    with pytest.raises(ConfigError, match="decimate first"):
        LogMel().prepare(StreamSpec(4000, Origin.FILE))
