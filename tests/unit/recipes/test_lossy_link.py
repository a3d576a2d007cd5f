"""What the robustness report sends over the link, and loses."""

import lossy_link
import numpy as np
import pytest

from firmware_bridge.wire import Codec
from hw_sim.heart import Heart, Wish, scenario
from stetho.dsp.resample import to_2khz

SECONDS = 8


@pytest.fixture(scope="module")
def pcm() -> np.ndarray:
    return Heart(scenario("murmur", Wish(seed=1))).read(4000 * SECONDS + 37)


def whole(sent: list) -> np.ndarray:
    return np.zeros(len(sent), bool)


@pytest.mark.parametrize("share", [0.02, 0.05])
@pytest.mark.parametrize(("lose", "run"), [(lossy_link.scattered, 1.0), (lossy_link.in_bursts, lossy_link.BURST)])
def test_the_share_of_packets_is_lost_in_runs_as_said(share, lose, run):
    lost = lose(300_000, share, np.random.default_rng(1))
    runs = np.count_nonzero(np.diff(lost.astype(int), prepend=0) == 1)
    assert lost.mean() == pytest.approx(share, rel=0.05)
    assert lost.sum() / runs == pytest.approx(run, rel=0.07)


def test_pcm_arrives_as_it_was_sent_and_adpcm_nearly(pcm):
    sent = lossy_link.packets(pcm, Codec.PCM16)
    live, saved = lossy_link.received(sent, whole(sent))
    assert np.array_equal(np.round(live[0].chest * 32768), pcm)
    assert np.array_equal(live[0].samples, saved[0].samples)
    sent = lossy_link.packets(pcm, Codec.IMA_ADPCM)
    (near,), _ = lossy_link.received(sent, whole(sent))
    error = near.chest * 32768 - pcm
    assert 0 < np.mean(error**2) < 0.01 * np.mean(pcm.astype(float) ** 2)


def test_a_short_hole_is_concealed_live_and_zero_in_what_is_saved_marked_in_both(pcm):
    sent = lossy_link.packets(pcm, Codec.PCM16)
    lost = whole(sent)
    lost[100:102] = True
    (live,), (saved,) = lossy_link.received(sent, lost)
    hole = slice(100 * lossy_link.PACKET_SAMPLES, 102 * lossy_link.PACKET_SAMPLES)
    for chunk in (live, saved):
        assert len(chunk) == len(pcm)
        marked = np.zeros(len(pcm), bool)
        for span in chunk.concealed:
            marked[span.start : span.stop] = True
        assert np.array_equal(np.flatnonzero(marked), np.arange(hole.start, hole.stop))
        assert np.array_equal(np.round(chunk.chest[~marked] * 32768), pcm[~marked])
    assert not saved.chest[hole].any()
    assert live.chest[hole].any()


def test_a_long_hole_is_a_gap_live(pcm):
    sent = lossy_link.packets(pcm, Codec.PCM16)
    lost = whole(sent)
    lost[100:110] = True
    live, _ = lossy_link.received(sent, lost)
    assert [(chunk.start, chunk.stop) for chunk in live] == [(0, 8000), (8800, len(pcm))]


def test_the_last_packets_may_be_lost(pcm):
    sent = lossy_link.packets(pcm, Codec.PCM16)
    lost = whole(sent)
    lost[-1] = True
    live, saved = lossy_link.received(sent, lost)
    assert live[-1].stop == saved[-1].stop == len(pcm)


def test_2_khz_becomes_4_khz_and_back():
    clean = to_2khz((Heart(scenario("murmur", Wish(seed=2))).read(4000 * SECONDS) / 32768.0).astype(np.float32), 4000)
    back = to_2khz((lossy_link.at_wire_rate(clean) / 32768.0).astype(np.float32), 4000)
    inner = slice(200, -200)
    error = back[inner] - clean[inner]
    assert np.mean(error**2) < 1e-3 * np.mean(clean[inner] ** 2)
