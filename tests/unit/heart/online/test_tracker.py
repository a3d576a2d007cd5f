"""Frames in, onsets out: the same however cut, anew after a gap, and in time."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.errors import ConfigError
from stetho.heart.durations import HeartState
from stetho.heart.online.listener import BeatListener, Heard, OnlineBeat, OnlineRate
from stetho.heart.online.onset import Onset
from stetho.heart.online.tracker import LAG_FRAMES, BeatsModel, BeatTracker
from stetho.stream import Origin, StreamSpec

SPEC = StreamSpec(4000, Origin.SIMULATED)
HOP = 80


class Said:
    """A network that says what the test wants, as late as a real one."""

    def __init__(self, log_probabilities: np.ndarray, look_ahead: int) -> None:
        self._rows, self._at = np.concatenate((np.zeros((look_ahead, 4)), log_probabilities)).astype(np.float32), 0

    def process(self, log_mel: np.ndarray) -> np.ndarray:
        first, self._at = self._at, self._at + log_mel.shape[1]
        return self._rows[first : self._at]

    def reset(self) -> None:
        self._at = 0


def listener(model: BeatsModel, log_probabilities: np.ndarray | None = None) -> BeatListener:
    made = BeatListener(model)
    made.prepare(SPEC)
    if log_probabilities is not None:
        made._tracker._network = Said(log_probabilities, model.weights.look_ahead)  # type: ignore[assignment]  # a stand-in for the network
    return made


def heard(model, frames_of, log_probabilities: np.ndarray) -> list[Heard]:
    count = len(log_probabilities) + model.weights.look_ahead
    return list(listener(model, log_probabilities).process(frames_of(np.zeros((40, count), np.float32))))


@given(cuts=st.lists(st.integers(0, 500), max_size=8), seed=st.integers(0, 100))
def test_every_cut_says_the_same(untrained, frames_of, cuts: list[int], seed: int) -> None:
    """To the last bit: positions, confidences, what was known when, and the rates between them."""
    log_mel = np.random.default_rng(seed).normal(-12.0, 3.0, (40, 500)).astype(np.float32)
    one, edges = listener(untrained), sorted({0, 500, *cuts})
    pieces = [said for a, b in pairwise(edges) for said in one.process(frames_of(log_mel[:, a:b], a))]
    other = listener(untrained)
    assert [*pieces, *one.flush()] == [*other.process(frames_of(log_mel)), *other.flush()]


@pytest.mark.parametrize("bpm", [30, 40, 60, 75, 100, 140, 180, 220])
def test_any_heart_rate_is_told_and_told_soon(untrained, states_of, frames_of, bpm: int) -> None:
    """Within 10 % from 5 s on at 50 bpm and more; a slower heart has hardly beaten three times by then."""
    cycle_s = 60.0 / bpm
    said = [
        one
        for one in heard(untrained, frames_of, states_of([cycle_s] * int(14 / cycle_s)))
        if isinstance(one, OnlineRate)
    ]
    assert said[-1].rate.heart_rate_bpm == pytest.approx(bpm, rel=0.03)
    assert said[-1].rate.confidence > 0.6
    after_s = 5 if bpm >= 50 else 9
    for one in said[after_s - 1 :]:
        assert one.rate.heart_rate_bpm == pytest.approx(bpm, rel=0.1)
        assert one.rate.confidence >= 0.5
    for one in said:
        wrong = one.rate.heart_rate_bpm is not None and abs(one.rate.heart_rate_bpm / bpm - 1.0) > 0.25
        assert not (wrong and one.rate.confidence >= 0.5), "a wrong rate with confidence"


def test_the_lag_is_what_it_is_said_to_be(untrained, states_of, frames_of) -> None:
    onsets = [one for one in heard(untrained, frames_of, states_of([0.8] * 12)) if isinstance(one, Onset)]
    lags_s = [(one.known_at - one.at) / SPEC.rate_hz for one in onsets]
    assert len(onsets) > 40
    assert max(lags_s) < untrained.lag_s() + 0.02 < 0.98
    assert min(lags_s) > untrained.lag_s() - 0.02


def test_beats_have_their_sounds_and_intervals(untrained, states_of, frames_of) -> None:
    beats = [one for one in heard(untrained, frames_of, states_of([0.8] * 12)) if isinstance(one, OnlineBeat)]
    assert len(beats) >= 10
    assert beats[0].interval_s is None
    for beat in beats[1:]:
        assert beat.interval_s == pytest.approx(0.8, abs=0.03)
        assert beat.s2_at - beat.s1_at == pytest.approx((0.12 + 0.17) * SPEC.rate_hz, abs=0.04 * SPEC.rate_hz)
        assert beat.confidence > 0.7


def test_a_gap_begins_anew(untrained, frames_of) -> None:
    """What comes after a hole is said as if nothing had been before, at its own place in the stream."""
    log_mel = np.random.default_rng(1).normal(-12.0, 3.0, (40, 400)).astype(np.float32)
    one = listener(untrained)
    list(one.process(frames_of(log_mel[:, :130])))
    after = list(one.process(frames_of(log_mel, 1000)))
    fresh = listener(untrained).process(frames_of(log_mel, 1000))
    assert after == list(fresh)
    assert min(said.at for said in after if isinstance(said, Onset)) >= 1000 * HOP - 2 * HOP


def test_a_reset_forgets(untrained, frames_of) -> None:
    log_mel = np.random.default_rng(2).normal(-12.0, 3.0, (40, 400)).astype(np.float32)
    tracker = BeatTracker(untrained)
    first = list(tracker.process(frames_of(log_mel)))
    tracker.reset("test")
    assert tracker.period is None
    assert list(tracker.process(frames_of(log_mel))) == first


def test_states_alike_give_no_confidence(untrained, frames_of) -> None:
    said = heard(untrained, frames_of, np.full((1000, 4), np.log(0.25)))
    assert max(one.confidence for one in said if isinstance(one, Onset)) < 0.3
    assert max(one.rate.confidence for one in said if isinstance(one, OnlineRate)) < 0.3


def test_an_early_beat_and_a_pause_are_kept(untrained, states_of, frames_of) -> None:
    cycles_s = [0.8] * 6 + [0.5, 1.1] + [0.8] * 6
    said = heard(untrained, frames_of, states_of(cycles_s, noise=0.5))
    s1_s = [one.at / SPEC.rate_hz for one in said if isinstance(one, Onset) and one.state is HeartState.S1]
    np.testing.assert_allclose(np.diff(s1_s), cycles_s[: len(s1_s) - 1], atol=0.05)


def test_memory_is_bounded(untrained, states_of, frames_of) -> None:
    one = listener(untrained)
    for first in range(0, 5000, 250):
        list(one.process(frames_of(np.random.default_rng(first).normal(-12, 3, (40, 250)).astype(np.float32), first)))
    assert one._tracker._recent.shape[0] <= 400
    assert len(one._intervals) < 100


def test_a_slow_stream_is_refused(untrained) -> None:
    with pytest.raises(ConfigError, match="from 2000 Hz on"):
        BeatTracker(untrained).prepare(StreamSpec(1000, Origin.SIMULATED))


def test_the_lag_is_under_a_second_with_everything(untrained) -> None:
    assert untrained.lag_s(LAG_FRAMES) + 0.006 + 0.02 < 1.0
