"""What a score rests on: judged with a network whose answer is known."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.heart.band_levels import CENTRE_S, FRAME_S
from stetho.heart.beats import Segment
from stetho.heart.durations import STATES, HeartState
from stetho.inference.occlusion import Hidden, Occlusion, occlude
from stetho.stream import Samples

LENGTHS_S = (0.12, 0.2, 0.1, 0.38)
FRAMES = 250
START_S = 3.0


def segments_of(beats: int = 12) -> list[Segment]:
    edges_s = np.cumsum([0.1, *LENGTHS_S * beats])
    return [Segment(float(a), float(b), STATES[k % 4]) for k, (a, b) in enumerate(pairwise(edges_s))]


SEGMENTS = segments_of()


def frames_in(*states: HeartState) -> np.ndarray:
    """Which frames of the window lie in these states."""
    centres_s = START_S + CENTRE_S + FRAME_S * np.arange(FRAMES)
    inside = np.zeros(FRAMES, np.bool_)
    for segment in SEGMENTS:
        if segment.state in states:
            inside |= (segment.start_s <= centres_s) & (centres_s < segment.stop_s)
    return inside


def window(*loud: HeartState, seed: int = 0) -> Samples:
    """Noise about -9, 5 louder in bands 10-20 in these states."""
    log_mel = np.random.default_rng(seed).normal(-9.0, 0.3, (40, FRAMES)).astype(np.float32)
    log_mel[:12, frames_in(HeartState.S1, HeartState.S2)] += 4.0
    log_mel[10:20, frames_in(*loud)] += 5.0
    return log_mel


def loudness_in(*states: HeartState) -> Callable[[Samples], float]:
    """A network that hears how loud bands 10-20 are in these states against the whole window."""
    mask = frames_in(*states)
    return lambda log_mel: float(log_mel[10:20, mask].mean() - log_mel[10:20].mean())


def drops(found: Occlusion | None) -> dict[Hidden, float]:
    assert found is not None
    return {drop.part: drop.drop_log_odds for drop in found.drops}


@pytest.mark.parametrize("state", [HeartState.SYSTOLE, HeartState.DIASTOLE])
def test_the_part_that_the_network_heard_lowers_its_score_most(state: HeartState) -> None:
    found = occlude(window(state), SEGMENTS, START_S, loudness_in(state))
    assert found is not None
    assert found.between_sounds is state
    assert max(drops(found), key=drops(found).__getitem__) is Hidden(state.value)


@pytest.mark.parametrize(
    ("loud", "other"), [(HeartState.SYSTOLE, Hidden.DIASTOLE), (HeartState.DIASTOLE, Hidden.SYSTOLE)]
)
def test_hiding_the_quiet_half_makes_no_murmur_of_it(loud: HeartState, other: Hidden) -> None:
    """The level that is put there is the window's quiet one, and not that of the murmur."""
    seen: list[Samples] = []

    def remember(log_mel: Samples) -> float:
        seen.append(log_mel)
        return 0.0

    given = window(loud)
    occlude(given, SEGMENTS, START_S, remember)
    assert np.array_equal(seen[0], given)
    assert all((hidden <= given).all() for hidden in seen)
    hidden = seen[1 + list(Hidden).index(other)]
    quiet = frames_in(HeartState(other.value))
    assert abs(float(hidden[10:20, quiet].mean()) - float(given[10:20, quiet].mean())) < 0.7
    assert np.array_equal(hidden[:, ~quiet], given[:, ~quiet])


def test_thirds_of_systole_are_told_apart() -> None:
    shares = {drop.part: drop.share for drop in occlude(window(), SEGMENTS, START_S, lambda _: 0.0).drops}
    assert shares[Hidden.SYSTOLE] == pytest.approx(
        shares[Hidden.EARLY_SYSTOLE] + shares[Hidden.MID_SYSTOLE] + shares[Hidden.LATE_SYSTOLE]
    )
    assert sum(shares[part] for part in Hidden if part.value in set(STATES)) == pytest.approx(1.0)


def test_a_window_that_says_nothing_of_a_phase_has_none() -> None:
    found = occlude(window(), SEGMENTS, START_S, lambda _: -3.0)
    assert found is not None
    assert found.between_sounds is None
    assert set(drops(found).values()) == {0.0}


def test_too_few_beats_tell_no_part() -> None:
    one_beat = [segment for segment in SEGMENTS if START_S < segment.start_s < START_S + 0.7]
    for known in ([], one_beat):
        assert occlude(window(), known, START_S, lambda _: pytest.fail("the network was asked in vain")) is None


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 5.0))
def test_what_is_given_is_never_changed(seed: int, start_s: float) -> None:
    log_mel = window(seed=seed)
    log_mel.flags.writeable = False
    before = log_mel.copy()
    occlude(log_mel, SEGMENTS, start_s, loudness_in(HeartState.SYSTOLE))
    assert np.array_equal(log_mel, before)
