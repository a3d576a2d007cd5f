from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stetho.heart.beats import EVIDENCE, Durations, HeartState, StateDuration, beats, decode, duration_tables, segments
from stetho.heart.durations import STATES, TYPICAL

SHORT = Durations(*(StateDuration(mean, 0.04, 0.04, 0.16) for mean in (0.08, 0.1, 0.06, 0.12)))


def _likeliest_by_trying_all(log_probabilities):
    """Every cyclic sequence of states and durations, scored one by one."""
    lasting, cut, longest = duration_tables(SHORT, 0.04)
    frames = log_probabilities.shape[1]
    best, best_path = -np.inf, None

    def extend(at, state, score, path):
        nonlocal best, best_path
        for d in range(1, min(longest[state], frames - at) + 1):
            edge = at == 0 or at + d == frames
            total = (
                score + (cut if edge else lasting)[state, d] + EVIDENCE * log_probabilities[state, at : at + d].sum()
            )
            steps = [*path, *([state] * d)]
            if at + d == frames:
                if total > best:
                    best, best_path = total, steps
            else:
                extend(at + d, (state + 1) % 4, total, steps)

    for first in range(4):
        extend(0, first, 0.0, [])
    return best_path


@pytest.mark.parametrize("seed", range(12))
def test_decoding_is_exact(seed):
    logits = np.random.default_rng(seed).normal(0.0, 2.0, (4, 9))
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=0))
    assert decode(log_probabilities, SHORT).tolist() == _likeliest_by_trying_all(log_probabilities)


def test_logits_and_their_log_probabilities_decode_alike(state_logits):
    logits = state_logits([0.8] * 5).astype(np.float64)
    np.testing.assert_array_equal(decode(logits), decode(logits - np.log(np.exp(logits).sum(axis=0))))


@pytest.mark.parametrize("bpm", [40, 60, 75, 100, 140, 190])
def test_onsets_are_found_at_any_rate(state_logits, bpm):
    cycles_s = np.full(14, 60.0 / bpm)
    found = beats(segments(state_logits(cycles_s, noise=1.5)))
    true_s = 0.1 + 60.0 / bpm * np.arange(14)
    assert len(found) in (13, 14)
    errors_s = [np.abs(true_s - beat.s1_s).min() for beat in found]
    assert max(errors_s) < 0.08
    assert np.median([beat.cycle_s for beat in found if beat.cycle_s]) == pytest.approx(60.0 / bpm, rel=0.03)


def test_an_early_beat_and_a_pause_are_kept(state_logits):
    cycles_s = [0.8] * 5 + [0.5, 1.1] + [0.8] * 5
    found = [beat.cycle_s for beat in beats(segments(state_logits(cycles_s, noise=0.5))) if beat.cycle_s]
    np.testing.assert_allclose(found, cycles_s[: len(found)], atol=0.07)


def test_segments_touch_and_take_turns(state_logits):
    found = segments(state_logits([0.7] * 6), start_s=10.0)
    assert found[0].start_s == 10.0
    assert not found[0].onset_seen
    for one, two in pairwise(found):
        assert one.stop_s == two.start_s
        assert STATES.index(two.state) == (STATES.index(one.state) + 1) % 4
        assert two.onset_seen
    assert all(0.0 <= segment.confidence <= 1.0 for segment in found)


def test_a_beat_has_the_onsets_that_were_seen(state_logits):
    found = beats(segments(state_logits([0.8] * 4)))
    onsets_s = [(beat.s1_s, beat.s2_s or 0.0, beat.next_s1_s or 0.0) for beat in found[:-1]]
    assert all(s1_s < s2_s < next_s1_s for s1_s, s2_s, next_s1_s in onsets_s)
    assert found[-1].next_s1_s is None
    assert found[-1].cycle_s is None
    cut_in_systole = beats(segments(state_logits([0.8] * 4)[:, :67]))
    assert cut_in_systole[-1].s2_s is None


def test_beats_do_not_reach_across_a_hole(state_logits):
    logits = state_logits([0.8] * 4, offset_s=0.3)
    found = beats([*segments(logits), *segments(logits, start_s=60.0)])
    assert max(beat.cycle_s for beat in found if beat.cycle_s) < 1.0
    assert [beat.s1_s > 59.0 for beat in found].count(True) == 4


def test_frames_that_are_no_numbers_say_nothing(state_logits):
    logits = state_logits([0.8] * 8)
    logits[:, 70:73] = np.nan
    found = [beat.cycle_s for beat in beats(segments(logits)) if beat.cycle_s]
    np.testing.assert_allclose(found, 0.8, atol=0.1)
    assert segments(np.full((4, 50), np.nan))


def test_a_beat_that_contradicts_the_period_is_doubted(state_logits):
    sure = beats(segments(state_logits([0.8] * 8, noise=0.5)))
    noise = beats(segments(np.random.default_rng(0).normal(0, 2, (4, 200)).astype(np.float32)))
    assert min(beat.confidence for beat in sure) > 0.6
    assert np.mean([beat.confidence for beat in noise]) < 0.5


@given(logits=arrays(np.float32, st.tuples(st.just(4), st.integers(0, 60)), elements=st.floats(-50, 50, width=32)))
def test_anything_decodes_to_a_cycle(logits):
    states = decode(logits)
    assert states.dtype == np.uint8
    assert states.size == logits.shape[1]
    changes = np.flatnonzero(np.diff(states.astype(int)))
    assert all((states[i] + 1) % 4 == states[i + 1] for i in changes)
    found = segments(logits)
    assert all(one.stop_s >= one.start_s for one in found)
    assert sum(s.stop_s - s.start_s for s in found) == pytest.approx(0.04 * states.size)
    beats(found)


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(4, T\)"):
        decode(np.zeros((3, 10), np.float32))


def test_durations_follow_the_rate():
    slow, fast = TYPICAL.at_cycle(1.2), TYPICAL.at_cycle(0.4)
    assert slow.cycle_s == pytest.approx(1.2)
    assert fast.cycle_s == pytest.approx(0.4, abs=0.05)
    assert slow.diastole.mean_s > 2 * slow.systole.mean_s
    assert fast.diastole.mean_s < 1.2 * fast.systole.mean_s
    assert TYPICAL.at_cycle(3.0).diastole.max_s > 2.0
    assert STATES == (HeartState.S1, HeartState.SYSTOLE, HeartState.S2, HeartState.DIASTOLE)


@pytest.mark.parametrize("numbers", [(0.1, 0.0, 0.0, 1.0), (0.1, 0.1, 1.0, 0.5), (0.1, 0.1, 0.0, 99.0), (np.nan,) * 4])
def test_durations_that_no_heart_has_are_refused(numbers):
    with pytest.raises(ValueError, match="can't last"):
        StateDuration(*numbers)
