"""What the tests of heart share: what a network says of beats, and how they sound."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from hw_sim.heart import Heart, Wish, scenario


@pytest.fixture(scope="session")
def state_logits() -> Callable[..., np.ndarray]:
    """state_logits(cycles_s, noise, offset_s): what a network says of hearts with those beats, float32 (4, T)."""

    def _logits(cycles_s: Sequence[float], noise: float = 1.0, offset_s: float = 0.1, seed: int = 0) -> np.ndarray:
        edges_s, states = [0.0], [3]
        at = offset_s
        for cycle_s in cycles_s:
            systole_s = 0.054 + 0.145 * min(cycle_s, 1.0)
            for state, length_s in enumerate((0.12, systole_s, 0.1, cycle_s - 0.22 - systole_s)):
                edges_s.append(at)
                states.append(state)
                at += length_s
        frames = int(at / 0.04)
        centres_s = 0.04 * np.arange(frames) - 0.002
        true = np.array(states)[np.searchsorted(edges_s, centres_s, side="right") - 1]
        logits = np.random.default_rng(seed).normal(0.0, noise, (4, frames)).astype(np.float32)
        logits[true, np.arange(frames)] += 3.0
        return logits

    return _logits


@pytest.fixture(scope="session")
def heart_sound() -> Callable[..., np.ndarray]:
    """heart_sound(rate_hz, seconds, bpm, noise): a simulated heart in a quiet room and more noise, float32 (n,)."""

    def _sound(rate_hz: int, seconds: float, bpm: float = 75.0, noise: float = 0.0, seed: int = 1) -> np.ndarray:
        settings = replace(scenario("clear", Wish(seed=seed, rate_hz=rate_hz, rate_bpm=bpm)), level=0.25)
        pcm = Heart(settings).read(int(rate_hz * seconds))
        return (pcm / 32768.0 + np.random.default_rng(seed).normal(0.0, noise, pcm.size)).astype(np.float32)

    return _sound
