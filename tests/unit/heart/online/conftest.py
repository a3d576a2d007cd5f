"""What the tests of the online beats share."""

from collections.abc import Callable

import numpy as np
import pytest

from stetho.dsp.frames import Frames
from stetho.heart.durations import TYPICAL
from stetho.heart.online.network import Weights
from stetho.heart.online.tracker import BeatsModel

LOOK_AHEAD = 8


@pytest.fixture(scope="session")
def small_weights() -> Callable[..., Weights]:
    """small_weights(seed): a network of that shape that was never trained."""

    def _weights(seed: int = 0, channels: int = 4) -> Weights:
        random = np.random.default_rng(seed)

        def array(*shape: int) -> np.ndarray:
            return random.normal(0.0, 0.3, shape).astype(np.float32)

        return Weights(
            first=array(3, 40, channels),
            first_bias=array(channels),
            blocks=array(3, 3, channels, channels),
            block_bias=array(3, channels),
            last=array(channels, 4),
            last_bias=array(4),
            dilations=(1, 2, 4),
            look_ahead=LOOK_AHEAD,
        )

    return _weights


@pytest.fixture(scope="session")
def untrained(small_weights: Callable[..., Weights]) -> BeatsModel:
    return BeatsModel(small_weights(), TYPICAL)


@pytest.fixture(scope="session")
def frames_of() -> Callable[..., Frames]:
    """frames_of(log_mel, first): frames of 20 ms of a stream at 4 kHz, from frame `first` on."""

    def _frames(log_mel: np.ndarray, first: int = 0) -> Frames:
        return Frames(log_mel, 80 * first, 80.0)

    return _frames


@pytest.fixture(scope="session")
def states_of() -> Callable[..., np.ndarray]:
    """states_of(cycles_s, noise, seed): log-probabilities of hearts with those beats, float64 (n, 4) every 20 ms."""

    def _states(cycles_s: list[float], noise: float = 1.0, seed: int = 0, offset_s: float = 0.1) -> np.ndarray:
        edges_s, states, at = [0.0], [3], offset_s
        for cycle_s in cycles_s:
            systole_s = 0.054 + 0.145 * min(cycle_s, 1.0)
            s1_s, s2_s = (0.12, 0.1) if cycle_s > 0.4 else (0.08, 0.06)
            systole_s = min(systole_s, 0.4 * cycle_s)
            for state, length_s in enumerate((s1_s, systole_s, s2_s, cycle_s - s1_s - s2_s - systole_s)):
                edges_s.append(at)
                states.append(state)
                at += length_s
        true = np.array(states)[np.searchsorted(edges_s, 0.02 * np.arange(int(at / 0.02)), side="right") - 1]
        logits = np.random.default_rng(seed).normal(0.0, noise, (true.size, 4))
        logits[np.arange(true.size), true] += 3.0
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    return _states
