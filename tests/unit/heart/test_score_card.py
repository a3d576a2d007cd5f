import numpy as np
import pytest

from stetho.dsp.mel import log_mel
from stetho.heart.score_card import DISTURBANCES, opinion
from stetho.heart.traits import FEWEST_FRAMES, MOST_FRAMES, TRAITS, traits
from tests.unit.heart.traits_in_numpy import traits_in_numpy


@pytest.fixture(scope="module")
def frames(heart_sound):
    return log_mel(heart_sound(2000, 4.2))[:, 4:]


def test_every_trait_is_a_number_whatever_is_heard(frames):
    broken = frames.copy()
    broken[:, 50:55] = np.nan
    for heard in (frames, broken, np.full((40, 200), np.log(1e-10), np.float32), np.zeros((40, 145), np.float32)):
        values = traits(heard)
        assert values.shape == (len(TRAITS),)
        assert np.isfinite(values).all()


@pytest.mark.parametrize("length", [FEWEST_FRAMES, 174, MOST_FRAMES])
@pytest.mark.parametrize("bpm", [30, 75, 190])
def test_compiled_traits_are_those_of_plain_numpy(heart_sound, bpm, length):
    heard = log_mel(heart_sound(2000, 4.2, bpm, noise=0.003))[:, 4 : 4 + length]
    assert traits(heard) == pytest.approx(traits_in_numpy(heard), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("slope", [0.0, 0.4])
def test_noise_has_the_traits_of_plain_numpy(slope):
    rows = np.random.default_rng(7).gamma(2.0, 0.5, (40, 200)) * np.exp(-slope * np.arange(40.0))[:, None]
    heard = np.log(1e-4 * rows + 1e-10).astype(np.float32)
    assert traits(heard) == pytest.approx(traits_in_numpy(heard), rel=1e-9, abs=1e-9)


def test_traits_are_the_same_bit_for_bit_wherever_the_frames_lie(frames):
    heard = frames[:, 7:180]
    apart = [np.ascontiguousarray(heard), np.asfortranarray(heard), heard]
    assert len({traits(one).tobytes() for one in apart}) == 1


def test_what_never_changes_repeats_nothing():
    found = dict(zip(TRAITS, traits(np.full((40, 200), -3.7, np.float32)), strict=True))
    assert (found["period"], found["pattern_period"], found["beat_s"]) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("gain_db", [-20.0, 20.0])
def test_no_trait_depends_on_the_level(frames, gain_db):
    louder = frames + np.float32(gain_db * np.log(10.0) / 10.0)
    assert traits(louder) == pytest.approx(traits(frames), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("bpm", [30, 60, 100, 180, 220])
def test_a_heart_has_the_points_of_one(heart_sound, bpm):
    heard = opinion(log_mel(heart_sound(2000, 4.2, bpm))[:, 4:204])
    assert heard.heart > 0.0
    assert heard.disturbance in ("", *DISTURBANCES)


def test_noise_has_not_and_is_named():
    noise = np.random.default_rng(4).normal(0.0, 0.05, 8400).astype(np.float32)
    heard = opinion(log_mel(noise)[:, 4:204])
    assert heard.heart < -4.0
    assert heard.disturbance == heard.nearest == "ambient_noise"
    assert 0.0 <= heard.usable <= 1.0
