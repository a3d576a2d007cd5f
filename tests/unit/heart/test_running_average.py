"""The average beat while it is heard."""

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stetho.dsp.frames import Frames
from stetho.heart.aligned_beat import align, frames_of
from stetho.heart.average_beat import MOST_BEATS, average_beat
from stetho.heart.band_levels import band_levels
from stetho.heart.beat_selection import select
from stetho.heart.beats import segments
from stetho.heart.cycles import cycles
from stetho.heart.running_average import SETTLED_S, RunningAverage
from stetho.stream import Origin, StreamSpec

SPEC = StreamSpec(2000, Origin.SIMULATED)
HOP, STATE_FRAME_S = 40, 0.04


def running(mel: np.ndarray, logits: np.ndarray, sizes: list[int]) -> RunningAverage:
    """Frames in pieces of these sizes, and once a second the segments of the last ten."""
    average = RunningAverage(SPEC, 0)
    at, turn, second = 0, 0, 0
    while at < mel.shape[1]:
        size = min(sizes[turn % len(sizes)], mel.shape[1] - at, 50 * (second + 1) - at)
        average.frames(Frames(mel[:, at : at + size], at * HOP, HOP))
        at, turn = at + size, turn + 1
        if at == 50 * (second + 1):
            second += 1
            first = max(0, 25 * (second - 10))
            found = segments(logits[:, first : 25 * second], start_s=first * STATE_FRAME_S)
            average.decoded(found, float(second))
    return average


@settings(max_examples=8)  # each decodes a take again and again
@given(sizes=st.lists(st.integers(1, 200), min_size=1, max_size=6))
def test_the_average_is_bit_identical_however_the_frames_are_cut(
    state_logits: Callable[..., np.ndarray], sizes: list[int]
) -> None:
    logits = state_logits([0.8] * 11)
    mel = np.random.default_rng(1).normal(-9.0, 1.0, (40, 2 * logits.shape[1])).astype(np.float32)
    one, other = (running(mel, logits, s).average() for s in (sizes, [10**6]))
    assert one is not None
    assert other is not None
    assert np.array_equal(one.mean_db, other.mean_db)
    assert np.array_equal(one.high_db, other.high_db)
    assert one.durations_s == other.durations_s


def test_each_beat_counts_once_and_as_in_the_whole_take(state_logits: Callable[..., np.ndarray]) -> None:
    logits = state_logits([0.8] * 40, noise=0.2)
    mel = np.random.default_rng(1).normal(-9.0, 0.3, (40, 2 * logits.shape[1])).astype(np.float32)
    live = running(mel, logits, [7]).selection()
    levels_db = band_levels(mel)
    whole = [c for c in cycles(segments(logits)) if c.stop_s <= int(mel.shape[1] / 50) - SETTLED_S]
    offline = average_beat(select(align(levels_db[:, slice(*frames_of(c))], frames_of(c)[0], c) for c in whole))
    average = average_beat(live)
    assert average is not None
    assert offline is not None
    assert abs(average.beats - len(whole)) <= 1
    # Later windows may still move an onset by a frame's fraction.
    np.testing.assert_allclose(average.mean_db, offline.mean_db, atol=0.2)
    np.testing.assert_allclose(average.durations_s, offline.durations_s, atol=0.01)


def test_only_so_many_beats_are_kept(state_logits: Callable[..., np.ndarray]) -> None:
    logits = state_logits([0.4] * (MOST_BEATS + 30), noise=0.2)
    mel = np.zeros((40, 2 * logits.shape[1]), np.float32)
    live = running(mel, logits, [50])
    assert len(live.selection().used) + sum(live.selection().excluded.values()) == MOST_BEATS


def test_nothing_heard_yet_has_no_average() -> None:
    average = RunningAverage(SPEC, 0)
    assert average.average() is None
    assert average.energy() is None
    assert average.selection().excluded == {}
