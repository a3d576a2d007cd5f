"""Made murmurs keep to their phase."""

import numpy as np
import pytest
from dataset import STATES
from synthetic import CENTRES_HZ, with_murmur

FRAMES = 250


def beats() -> np.ndarray:
    """States of five seconds at 75 beats a minute, 50 frames a second."""
    one = [0] * 6 + [1] * 8 + [2] * 5 + [3] * 21
    return np.tile(one, 7)[:FRAMES]


@pytest.mark.parametrize(("phase", "other"), [("systole", "diastole"), ("diastole", "systole")])
@pytest.mark.parametrize("seed", range(8))
def test_a_murmur_is_heard_in_its_own_phase_alone(phase: str, other: str, seed: int) -> None:
    states = beats()
    power = np.random.default_rng(seed).gamma(2.0, 0.5, (FRAMES, len(CENTRES_HZ))).astype(np.float32)
    made = with_murmur(power, states, phase, np.random.default_rng(seed)) - power
    assert made[states == STATES.index(phase)].sum() > 0.0
    assert not made[states == STATES.index(other)].any()
    assert not made[states == STATES.index("S1")].any()
    assert (made >= 0.0).all()


def test_the_same_seed_makes_the_same_murmur() -> None:
    power = np.ones((FRAMES, len(CENTRES_HZ)), np.float32)
    one, two = (with_murmur(power, beats(), "diastole", np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one, two)
