from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.heart.borders import FEWEST, LARGEST_S, OFFSETS_S, SHARE_OF_AFTER, SHARE_OF_BEFORE, corrected

LASTING_S = (0.12, 0.17, 0.1, 0.41)


def _beats(count, first=0):
    states = (first + np.arange(4 * count)) % 4
    onsets_s = 0.3 + np.concatenate(([0.0], np.cumsum(np.array(LASTING_S)[states])[:-1]))
    return onsets_s, states.astype(np.uint8)


def _one_by_one(onsets_s, states):
    """The same, each border by itself."""

    def excess_s(begins):
        if not 0 <= begins < len(states) - 1:
            return 0.0
        alike = [onsets_s[i + 1] - onsets_s[i] for i in range(len(states) - 1) if states[i] == states[begins]]
        if len(alike) < FEWEST:
            return 0.0
        return min(max(onsets_s[begins + 1] - onsets_s[begins] - float(np.median(alike)), -LARGEST_S), LARGEST_S)

    found = []
    for i, state in enumerate(states):
        moved = SHARE_OF_BEFORE[state] * excess_s(i - 1) + SHARE_OF_AFTER[state] * excess_s(i)
        found.append(max(onsets_s[i] + OFFSETS_S[state] + moved, found[-1] if found else -np.inf))
    return found


def test_steady_states_are_moved_by_their_offset_alone():
    onsets_s, states = _beats(6)
    np.testing.assert_allclose(corrected(onsets_s, states) - onsets_s, OFFSETS_S[states], atol=1e-12)


@pytest.mark.parametrize("late_s", [-0.04, 0.04])
def test_a_border_out_of_place_is_drawn_back(late_s):
    onsets_s, states = _beats(6)
    for border in (9, 10, 11):  # the end of an S1, the start and the end of an S2
        wrong_s = onsets_s.copy()
        wrong_s[border] += late_s
        error_s = corrected(wrong_s, states)[border] - OFFSETS_S[states[border]] - onsets_s[border]
        assert abs(error_s) < 0.85 * abs(late_s)


def test_the_rate_does_not_depend_on_it():
    onsets_s, states = _beats(8)
    onsets_s = onsets_s + np.random.default_rng(0).normal(0.0, 0.005, onsets_s.size)
    s1 = states == 0
    np.testing.assert_allclose(np.diff(corrected(onsets_s, states)[s1]), np.diff(onsets_s[s1]), atol=1e-12)


@given(
    lengths_s=st.lists(st.floats(0.0, 1.5), max_size=40),
    first=st.integers(0, 3),
)
def test_it_is_what_it_says_of_each_border(lengths_s, first):
    onsets_s = np.cumsum(lengths_s)
    states = ((first + np.arange(len(lengths_s))) % 4).astype(np.uint8)
    found = corrected(onsets_s, states)
    np.testing.assert_allclose(found, _one_by_one(onsets_s, states), atol=1e-9)
    assert all(one <= two for one, two in pairwise(found))
    assert np.all(np.abs(found - onsets_s) <= 0.045)
