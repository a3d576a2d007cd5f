"""A lag that is stated, and a decision that stands."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.heart.beats import EVIDENCE, decode
from stetho.heart.durations import TYPICAL
from stetho.heart.online.decoder import Decided, LaggedDecoder

LAG = 36


def decided(log_probabilities: np.ndarray, lag: int, cuts: tuple[int, ...] = ()) -> tuple[list[Decided], list[Decided]]:
    """What was decided while the frames came, in pieces cut there, and at the end."""
    decoder = LaggedDecoder(TYPICAL, 0.02, lag, EVIDENCE)
    said = [one for piece in np.split(log_probabilities, sorted(cuts)) for one in decoder.process(piece)]
    return said, list(decoder.flush())


def random_states(seed: int, frames: int) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0.0, 2.0, (frames, 4))
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@given(seed=st.integers(0, 10_000), frames=st.integers(0, 400))
def test_without_a_lag_it_is_the_exact_decoder(seed: int, frames: int) -> None:
    """The whole recording in view: the same states as the Viterbi of `heart.beats`, found another way."""
    log_probabilities = random_states(seed, frames)
    said, rest = decided(log_probabilities, frames + 1)
    assert not said
    states = decode(log_probabilities.T, TYPICAL, 0.02)
    changes = np.flatnonzero(np.diff(states.astype(int))) + 1
    assert [(one.boundary, one.state) for one in rest] == [(int(at), int(states[at])) for at in changes]


@given(
    seed=st.integers(0, 10_000),
    frames=st.integers(1, 400),
    lag=st.integers(1, 80),
    cuts=st.lists(st.integers(0, 400), max_size=6),
)
def test_every_cut_decides_the_same(seed: int, frames: int, lag: int, cuts: list[int]) -> None:
    log_probabilities = random_states(seed, frames)
    assert decided(log_probabilities, lag, tuple(min(cut, frames) for cut in cuts)) == decided(log_probabilities, lag)


@given(seed=st.integers(0, 10_000), lag=st.integers(1, 60), until=st.integers(50, 300))
def test_what_was_decided_stands_and_comes_at_its_lag(seed: int, lag: int, until: int) -> None:
    """More sound changes nothing that was said; each decision is one lag behind."""
    log_probabilities = random_states(seed, 300)
    early, _ = decided(log_probabilities[:until], lag)
    late, rest = decided(log_probabilities, lag)
    assert late[: len(early)] == early
    assert all(one.boundary <= until - lag for one in early)
    assert all(one.boundary > until - lag for one in late[len(early) :])
    everything = late + rest
    for one, other in pairwise(everything):
        assert one.boundary < other.boundary
        assert other.state == (one.state + 1) % 4


@pytest.mark.parametrize("bpm", [50, 75, 120, 150])
def test_beats_are_found_within_the_lag(states_of, bpm: int) -> None:
    cycle_s = 60.0 / bpm
    said, _ = decided(states_of([cycle_s] * int(12 / cycle_s)), LAG)
    s1_s = np.array([0.02 * one.boundary for one in said if one.state == 0])
    true_s = 0.1 + cycle_s * np.arange(s1_s.size)
    assert s1_s.size >= int(12 / cycle_s) - 2
    assert np.abs(s1_s - true_s).max() < 0.05
    assert np.median(np.diff(s1_s)) == pytest.approx(cycle_s, rel=0.03)


def test_certainty_falls_with_the_evidence(states_of) -> None:
    sure, _ = decided(states_of([0.8] * 15, noise=0.5), LAG)
    unsure, _ = decided(states_of([0.8] * 15, noise=6.0), LAG)
    assert np.median([one.certainty for one in sure]) > 0.95
    assert np.mean([one.certainty for one in unsure]) < np.mean([one.certainty for one in sure])


def test_memory_does_not_grow(states_of) -> None:
    decoder = LaggedDecoder(TYPICAL, 0.02, LAG, EVIDENCE)
    before = decoder._score.size
    for _ in range(20):
        list(decoder.process(states_of([0.8] * 12)))
    assert decoder._score.size == before
    assert decoder.frames > 5000


def test_it_starts_again(states_of) -> None:
    log_probabilities = states_of([0.8] * 8)
    decoder = LaggedDecoder(TYPICAL, 0.02, LAG, EVIDENCE)
    first = list(decoder.process(log_probabilities))
    decoder.reset()
    assert list(decoder.process(log_probabilities)) == first


def test_a_lag_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        LaggedDecoder(TYPICAL, 0.02, 0, EVIDENCE)
