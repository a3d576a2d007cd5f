import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.frontend import FrontEnd
from stetho.dsp.mel import log_mel
from stetho.dsp.resample import to_2khz
from stetho.stage import run
from stetho.stream import Span

NOISE = np.random.default_rng(9).normal(0.0, 0.2, 4001).astype(np.float32)


def _streamed(chunks):
    stage = FrontEnd()
    stage.prepare(chunks[0].spec)
    return list(run(stage, chunks))


@given(rate_hz=st.sampled_from([2000, 4000, 11025]), sizes=st.lists(st.integers(1, 900), min_size=1, max_size=6))
def test_chunking_law(cut, rate_hz, sizes):
    frames = _streamed(cut(NOISE, rate_hz, sizes))
    np.testing.assert_array_equal(np.concatenate([f.log_mel for f in frames], axis=1), log_mel(to_2khz(NOISE, rate_hz)))


@pytest.mark.parametrize("rate_hz", [2000, 4000, 44100])
def test_positions_are_source_samples(cut, rate_hz):
    frames = _streamed(cut(NOISE, rate_hz, [99], start=rate_hz, concealed=[Span(rate_hz + 500, rate_hz + 900)]))
    hop = rate_hz / 50
    done = 0
    for frame in frames:
        assert frame.hop == hop
        assert abs(frame.start - (rate_hz + done * hop)) <= rate_hz / 2000
        done += len(frame)
    marked = [s for f in frames for s in f.concealed]
    assert abs(min(s.start for s in marked) - (rate_hz + 500)) <= rate_hz / 2000
    assert abs(max(s.stop for s in marked) - (rate_hz + 900)) <= rate_hz / 2000


def test_the_same_take_gives_the_same_frames_wherever_it_began(cut):
    ours = _streamed(cut(NOISE, 4000, [80], start=4321))
    np.testing.assert_array_equal(np.concatenate([f.log_mel for f in ours], axis=1), log_mel(to_2khz(NOISE, 4000)))
    assert abs(ours[0].start - 4321) <= 1
