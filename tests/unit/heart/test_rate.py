import numpy as np
import pytest

from stetho.heart.beats import Beat, beats, segments
from stetho.heart.period import period_of
from stetho.heart.rate import heart_rate


def _beats(cycle_s, count, confidence=0.9):
    return [Beat(i * cycle_s, i * cycle_s + 0.3, (i + 1) * cycle_s, confidence) for i in range(count)]


@pytest.mark.parametrize("bpm", [31, 60, 100, 219])
def test_the_rate_of_steady_beats(bpm):
    rate = heart_rate(_beats(60.0 / bpm, 6))
    assert rate.heart_rate_bpm == pytest.approx(bpm)
    assert rate.confidence == pytest.approx(0.9)


@pytest.mark.parametrize("found", [[], _beats(0.8, 2), _beats(2.5, 8), _beats(0.2, 30)])
def test_no_rate_where_it_cannot_be_told(found):
    assert heart_rate(found) == heart_rate([])
    assert heart_rate(found).heart_rate_bpm is None
    assert heart_rate(found).confidence == 0.0


def test_one_odd_beat_does_not_move_the_rate():
    found = [*_beats(0.8, 6), Beat(10.0, None, 11.6, 0.9)]
    assert heart_rate(found).heart_rate_bpm == pytest.approx(75)


def test_scattered_cycles_are_less_certain_than_steady_ones():
    rng = np.random.default_rng(0)
    scattered = [Beat(s, None, s + rng.uniform(0.4, 1.4), 0.9) for s in range(20)]
    assert heart_rate(scattered).confidence < 0.6 * heart_rate(_beats(0.9, 20)).confidence


def test_few_beats_are_less_certain_than_many():
    assert heart_rate(_beats(0.8, 3)).confidence < heart_rate(_beats(0.8, 8)).confidence


@pytest.mark.parametrize("bpm", [45, 75, 120, 180])
def test_from_states_to_a_rate(state_logits, bpm):
    rate = heart_rate(beats(segments(state_logits(np.full(16, 60.0 / bpm)))))
    assert rate.heart_rate_bpm == pytest.approx(bpm, rel=0.03)
    assert rate.confidence > 0.6


def test_noise_has_no_certain_rate():
    logits = np.random.default_rng(1).normal(0, 1.5, (4, 500)).astype(np.float32)
    assert heart_rate(beats(segments(logits))).confidence < 0.3


@pytest.mark.parametrize("cycle_s", [0.3, 0.5, 0.8, 1.4])
def test_the_period_is_one_beat_and_not_half_or_two(state_logits, cycle_s):
    logits = state_logits(np.full(12, cycle_s)).astype(np.float64)
    odds = np.exp(logits)
    period = period_of(odds / odds.sum(axis=0), 0.04)
    assert period is not None
    assert period.cycle_s == pytest.approx(cycle_s, rel=0.05)
    assert 0.2 < period.strength <= 1.0


@pytest.mark.parametrize("frames", [0, 1, 5, 12, 200])
def test_what_does_not_repeat_has_no_period(frames):
    assert period_of(np.full((4, frames), 0.25), 0.04) is None
