"""The compiled network against plain numpy, and against itself however it is cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.heart.online.network import CausalStates, Weights


def plain(weights: Weights, log_mel: np.ndarray) -> np.ndarray:
    """The same sums written for a reader."""
    frames = log_mel.T.astype(np.float64)
    level, levelled = np.zeros(40), np.zeros_like(frames)
    for t, frame in enumerate(frames):
        level = level + (frame - level) / min(t + 1, 100)
        levelled[t] = np.clip(0.5 * (frame - level), -4.0, 4.0)

    def convolved(x: np.ndarray, taps: np.ndarray, bias: np.ndarray, dilation: int) -> np.ndarray:
        padded = np.concatenate((np.zeros((2 * dilation, x.shape[1])), x))
        rows = [padded[k * dilation : k * dilation + len(x)] @ taps[k] for k in range(3)]
        return np.maximum(0.0, sum(rows) + bias)

    x = convolved(levelled, weights.first, weights.first_bias, 1)
    for taps, bias, dilation in zip(weights.blocks, weights.block_bias, weights.dilations, strict=True):
        x = x + convolved(x, taps, bias, dilation)
    return x @ weights.last + weights.last_bias


def sound(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(-12.0, 3.0, (40, frames)).astype(np.float32)


def test_it_is_the_plain_network(small_weights) -> None:
    weights, log_mel = small_weights(), sound(300)
    np.testing.assert_allclose(CausalStates(weights).process(log_mel), plain(weights, log_mel), atol=2e-4)


@given(cuts=st.lists(st.integers(0, 120), max_size=8))
def test_every_cut_gives_the_same_bits(small_weights, cuts: list[int]) -> None:
    network, log_mel = CausalStates(small_weights()), sound(120)
    whole = network.process(log_mel)
    network.reset()
    pieces = [network.process(piece) for piece in np.split(log_mel, sorted(cuts), axis=1)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_a_gain_and_a_response_change_nothing(small_weights) -> None:
    network, log_mel = CausalStates(small_weights()), sound(200)
    louder = log_mel + np.linspace(-3.0, 3.0, 40, dtype=np.float32)[:, None]
    one = network.process(log_mel)
    network.reset()
    np.testing.assert_allclose(network.process(louder), one, atol=1e-3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_frame_that_is_no_number_says_nothing_and_spoils_nothing(small_weights, bad: float) -> None:
    network, log_mel = CausalStates(small_weights()), sound(200)
    log_mel[3, 50] = bad
    logits = network.process(log_mel)
    assert np.isfinite(logits).all()


def test_weights_that_do_not_fit_are_refused(small_weights) -> None:
    good = small_weights()
    parts = {name: getattr(good, name) for name in good.__dataclass_fields__}
    with pytest.raises(ValueError, match="block_bias must be finite float32"):
        Weights(**(parts | {"block_bias": good.block_bias[:1]}))
    with pytest.raises(ValueError, match=r"must lie in 1\.\.256"):
        Weights(**(parts | {"look_ahead": 0}))
    with pytest.raises(ValueError, match="last_bias must be finite"):
        Weights(**(parts | {"last_bias": np.full(4, np.nan, np.float32)}))
