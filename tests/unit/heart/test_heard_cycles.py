"""Onsets to whole beats."""

from dataclasses import replace

from stetho.heart.cycles import Cycle
from stetho.heart.durations import STATES
from stetho.heart.heard_cycles import HeardCycles
from stetho.heart.online.onset import Onset
from stetho.stream import Origin, StreamSpec

SPEC = StreamSpec(1000, Origin.SIMULATED)
TAKE_START = 5000
OFFSETS_S = (0.0, 0.1, 0.3, 0.4)


def onsets(beats: int) -> list[Onset]:
    """Beats of 0.8 s, the first at 1 s of the take."""
    places = [
        (1.0 + 0.8 * beat + offset_s, state)
        for beat in range(beats)
        for offset_s, state in zip(OFFSETS_S, STATES, strict=True)
    ]
    return [
        Onset(TAKE_START + 1000 * at_s, state, round(TAKE_START + 1000 * at_s) + 900, 0.9) for at_s, state in places
    ]


def heard(said: list[Onset]) -> list[Cycle]:
    cycles = HeardCycles(SPEC, TAKE_START)
    return [cycle for onset in said for cycle in cycles.process(onset)]


def test_a_beat_is_known_with_the_next_s1_in_seconds_of_the_take() -> None:
    found = heard(onsets(3))
    assert [tuple(round(edge, 6) for edge in cycle.edges_s) for cycle in found] == [
        (1.0, 1.1, 1.3, 1.4, 1.8),
        (1.8, 1.9, 2.1, 2.2, 2.6),
    ]


def test_a_beat_of_which_a_sound_is_unsure_is_none() -> None:
    said = onsets(4)
    said[6] = replace(said[6], confidence=0.4)  # the second beat's S2
    assert [round(cycle.start_s, 6) for cycle in heard(said)] == [1.0, 2.6]
    said[8] = replace(said[8], confidence=0.4)  # the third's S1, which ends the second, too
    assert [round(cycle.start_s, 6) for cycle in heard(said)] == [1.0]


def test_onsets_that_do_not_follow_make_no_beat() -> None:
    said = onsets(3)
    assert heard(said[2:]) == heard(said)[1:]
    assert [round(cycle.start_s, 6) for cycle in heard(said[:1] + said[2:])] == [1.8]
