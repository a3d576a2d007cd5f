"""Spikes go, hearts stay: from 30 to 220 beats a minute."""

import numpy as np
import pytest

from stetho.listening.spikes import SpikeRemoval

RATE_HZ = 4000


def spiked(sound, at, height=0.9):
    """A knock of 2 ms, up and down, at each of those samples."""
    out = sound.copy()
    knock = height * np.sin(2 * np.pi * np.arange(8) / 8) * np.hanning(8)
    for place in at:
        out[place : place + 8] += knock
    return out.astype(np.float32)


@pytest.mark.parametrize("rate_bpm", [30, 60, 110, 220])
def test_a_heart_without_spikes_is_left_as_it_is(heart, heard, rate_bpm):
    sound = heart("murmur", seed=2, seconds=16, rate_bpm=rate_bpm, alone=True)
    np.testing.assert_array_equal(heard(SpikeRemoval(), sound), sound)


def test_spikes_are_cut_out_and_the_rest_stays(heart, heard):
    sound = 0.3 * heart("clear", seed=1, seconds=20)
    places = [20_000, 31_111, 45_678, 66_000]
    out = heard(SpikeRemoval(), spiked(sound, places))
    touched = np.flatnonzero(np.abs(out - sound) > 1e-6)
    assert touched.size < 80 * len(places)
    for place in places:
        assert np.abs(out[place - 20 : place + 30]).max() < 0.25
    far = np.ones(out.size, bool)
    for place in places:
        far[place - 100 : place + 130] = False
    np.testing.assert_array_equal(out[far], sound[far])


def test_a_louder_sound_counts_as_the_sound_itself_before_long(heart, heard):
    sound = heart("clear", seed=1, seconds=20, rate_bpm=80, alone=True) * np.repeat([0.1, 1.0], 40_000)
    out = heard(SpikeRemoval(), sound.astype(np.float32))
    np.testing.assert_array_equal(out[48_000:], sound.astype(np.float32)[48_000:])


@pytest.mark.parametrize("offset", [-0.5, 0.0, 0.5])
def test_an_offset_is_no_spike_and_a_cut_leaves_no_edge(heard, offset):
    noise = np.random.default_rng(1).normal(0.0, 0.01, 20_000)
    out = heard(SpikeRemoval(), spiked(noise + offset, [15_000], height=0.4))
    assert np.abs(out - offset).max() < 0.15
    assert np.abs(np.diff(out)).max() < 0.12
