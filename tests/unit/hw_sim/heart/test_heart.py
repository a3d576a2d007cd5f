import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.faults import Clipping, Hum, LiftOff
from hw_sim.hearing import Hearing
from hw_sim.heart import SCENARIOS, Heart, HeartSettings, Murmur, Phase, Shape, Site, Surroundings, Wish, scenario
from hw_sim.recipe import Recipe
from stetho.errors import ConfigError

SILENT = Surroundings(room_db=None, lungs_db=None, device_db=None)


def samples(name: str, count: int = 16_000, **wish: object) -> np.ndarray:
    return Heart(scenario(name, Wish(**wish))).read(count)


def digest(pcm: np.ndarray) -> str:
    return hashlib.sha256(pcm.astype("<i2").tobytes()).hexdigest()[:16]


@given(st.sampled_from(sorted(SCENARIOS)), st.lists(st.integers(0, 5000), min_size=1, max_size=12))
def test_blocks_of_any_size_give_the_same_samples(name, sizes):
    heart = Heart(scenario(name, Wish(seed=3)))
    pieces = [heart.read(size) for size in sizes]
    assert [len(piece) for piece in pieces] == sizes
    assert np.array_equal(np.concatenate(pieces), samples(name, sum(sizes), seed=3))


@pytest.mark.parametrize(
    ("name", "seed", "rate_hz", "expected"),
    [
        ("clear", 0, 4000, "574d115a36c5fb5a"),
        ("clear", 7, 4000, "2a524015ee026297"),
        ("murmur", 7, 4000, "fcc7b491990114a6"),
        ("diastolic", 7, 4000, "2b04cfe7ca6df9b5"),
        ("noisy", 7, 4000, "0d8b1096bb121ec8"),
        ("silence", 7, 4000, "947e7fc65c9b16b8"),
        ("diastolic", 7919, 4000, "ee3ff2e25f447c11"),
        ("murmur", 15838, 4000, "eda2af7fc93bc29d"),
        ("noisy", 23757, 4000, "0ca78920bbb2882e"),
        ("silence", 31676, 2000, "21c394aafad25b4a"),
        ("clear", 39595, 4000, "be80972acc3c40e2"),
        ("diastolic", 47514, 4000, "9c4772c6adb3647b"),
        ("murmur", 55433, 4000, "f5087167af47b2ba"),
        ("noisy", 63352, 2000, "2a7da418a5aeec03"),
        ("silence", 71271, 4000, "6384f2cda0bc1a59"),
        ("clear", 79190, 4000, "3dd87477d7610170"),
        ("diastolic", 87109, 4000, "ad76051ac92a42b0"),
        ("murmur", 95028, 2000, "fbd6e13e2a17bb71"),
        ("noisy", 102947, 4000, "76150c37b7deb34a"),
        ("silence", 110866, 4000, "a1f3506a3093d3bb"),
    ],
)
def test_a_seed_gives_the_same_bytes_everywhere(name, seed, rate_hz, expected):
    assert digest(samples(name, 40_000, seed=seed, rate_hz=rate_hz)) == expected


def test_a_seed_gives_the_same_faults_of_the_sound_everywhere():
    programme = Recipe("murmur", 7, seconds=10.0).programme()
    faults = (
        Hum(1_000_000, 6_000_000, 50, -24.0),
        Clipping(3_000_000, 2_000_000, 24.0),
        LiftOff(6_000_000, 500_000, 7),
    )
    assert digest(Hearing(programme, 4000, faults).read(40_000)[0]) == "2ec64ceb277bcea1"


def test_another_seed_is_another_heart():
    assert not np.array_equal(samples("clear", seed=1), samples("clear", seed=2))


def test_the_murmur_is_the_only_difference_between_a_murmur_and_none():
    plain = HeartSettings(seed=5, rate_bpm=80.0, surroundings=SILENT)
    murmur = Murmur(Phase.SYSTOLIC, 3, Shape.PLATEAU, 150.0, Site.TV)
    loud = HeartSettings(seed=5, rate_bpm=80.0, surroundings=SILENT, murmurs=(murmur,))
    heart = Heart(loud)
    difference = heart.read(40_000).astype(int) - Heart(plain).read(40_000).astype(int)
    heard = np.zeros(40_000, bool)
    for span in heart.murmur_spans(40_000):
        heard[span.start : span.stop] = True
    assert np.all(difference[~heard] == 0)
    assert np.mean(difference[heard] != 0) > 0.9


def test_sounds_begin_where_the_truth_says():
    heart = Heart(HeartSettings(seed=11, rate_bpm=70.0, surroundings=SILENT))
    pcm = np.abs(heart.read(80_000).astype(int))
    beats = heart.beats(76_000)
    assert len(beats) == pytest.approx(76_000 / 4000 * 70 / 60, abs=2)
    for beat in beats:
        assert pcm[max(beat.s1 - 40, 0) : beat.s1].max(initial=0) <= 40  # the last sound has died away
        assert pcm[beat.s1 : beat.s1 + 200].max() > 1500
        assert pcm[beat.s2 : beat.s2 + 200].max() > 1500
        assert beat.s1 < beat.s2 <= beat.p2 < beat.stop


@pytest.mark.parametrize("rate_bpm", [40.0, 72.0, 130.0, 200.0])
def test_the_mean_rate_is_the_one_asked_for(rate_bpm):
    heart = Heart(scenario("clear", Wish(seed=4, rate_bpm=rate_bpm)))
    beats = heart.beats(4000 * 120)
    cycles = np.diff([beat.s1 for beat in beats]) / 4000
    assert 60 / np.mean(cycles) == pytest.approx(rate_bpm, rel=0.03)
    assert 0.003 < np.std(cycles) / np.mean(cycles) < 0.1


def test_s2_splits_wider_in_inspiration():
    beats = Heart(HeartSettings(seed=2, rate_bpm=75.0)).beats(4000 * 60)
    split = np.array([beat.p2 - beat.s2 for beat in beats]) / 4000
    phase = np.array([beat.breath for beat in beats])
    inspiration = (phase > 0.15) & (phase < 0.45)
    expiration = (phase > 0.65) & (phase < 0.95)
    assert split[inspiration].mean() > split[expiration].mean() + 0.01


def systole_to_s1_db(grade: int, site: Site = Site.TV) -> float:
    murmur = Murmur(Phase.SYSTOLIC, grade, Shape.PLATEAU, 150.0, Site.TV)
    heart = Heart(HeartSettings(seed=8, rate_bpm=60.0, site=site, surroundings=SILENT, murmurs=(murmur,)))
    pcm = heart.read(80_000) / 32768.0
    beats = heart.beats(75_000)
    middle = np.concatenate([pcm[b.s2 - 400 : b.s2 - 100] for b in beats])
    first = np.concatenate([pcm[b.s1 : b.s1 + 256] for b in beats])
    return float(20 * np.log10(np.std(middle) / np.std(first)))


def test_a_higher_grade_is_louder_and_a_distant_site_quieter():
    levels = [systole_to_s1_db(grade) for grade in range(1, 7)]
    assert all(louder - quieter > 1.5 for quieter, louder in pairwise(levels))
    assert systole_to_s1_db(3, Site.MV) < systole_to_s1_db(3, Site.TV) - 2


def test_a_diastolic_murmur_lies_in_diastole():
    heart = Heart(scenario("diastolic", Wish(seed=6)))
    spans = list(heart.murmur_spans(40_000))
    assert spans
    for span, beat in zip(spans, heart.beats(40_000), strict=True):
        assert beat.p2 < span.start < span.stop < beat.stop


def test_the_fewest_beats_have_no_room_for_sounds_to_pile_up():
    heart = Heart(HeartSettings(seed=1, rate_bpm=240.0, s3_db=-10.0, s4_db=-10.0))
    assert np.abs(heart.read(40_000)).max() < 32_767


def test_a_level_that_is_too_loud_clips_and_does_not_wrap():
    pcm = Heart(HeartSettings(seed=1, level=3.0)).read(20_000).astype(int)
    assert pcm.max() == 32_767
    assert pcm.min() == -32_768


def test_silence_has_no_beats_and_almost_no_sound():
    heart = Heart(scenario("silence", Wish(seed=9)))
    assert heart.beats(40_000) == ()
    assert np.abs(heart.read(40_000)).max() < 100


@pytest.mark.parametrize(
    ("name", "wish", "says"),
    [
        ("murmer", Wish(), "clear, murmur"),
        ("murmur", Wish(grade=7), "from 1 to 6"),
        ("clear", Wish(rate_bpm=500.0), "25 to 240"),
        ("clear", Wish(rate_hz=10), "500 to 48000"),
    ],
)
def test_what_no_heart_can_be_is_said_in_one_sentence(name, wish, says):
    with pytest.raises(ConfigError, match=says):
        scenario(name, wish)
