"""Concealment: continuous at both edges, silent where nothing is known."""

import numpy as np
import pytest

from firmware_bridge.assembly.conceal import conceal


def wave(start, stop):
    return np.sin(np.arange(start, stop) * 0.05, dtype=np.float32)[None]


@pytest.mark.parametrize("length", [1, 20, 80, 240])
def test_both_edges_are_continuous(length):
    past, future = wave(0, 400), wave(400 + length, 480 + length)
    filled = conceal(past, future, length)
    assert filled.shape == (1, length)
    assert filled.dtype == np.float32
    largest_step = np.abs(np.diff(np.concatenate([past, filled, future], axis=1))).max()
    assert largest_step < 0.3
    assert np.abs(filled).max() <= 1.5


def test_without_surroundings_it_is_silence():
    nothing = np.zeros((2, 0), np.float32)
    assert not conceal(nothing, nothing, 40).any()


def test_at_the_end_of_a_stream_it_fades_out():
    filled = conceal(np.ones((1, 30), np.float32), np.zeros((1, 0), np.float32), 100)
    assert np.all(np.diff(filled[0]) <= 0)
    assert filled[0, -1] < 0.001
