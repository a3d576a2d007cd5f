"""The average beat in braille."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from stetho.cli.live_beat import beat_rows
from stetho.events import AverageBeatEvent

LASTS_S = {"S1": 0.1, "systole": 0.2, "S2": 0.1, "diastole": 0.4}
POINTS = {"S1": 8, "systole": 16, "S2": 8, "diastole": 32}


def event(level_db: Mapping[str, float], spread_db: float = 1.0) -> AverageBeatEvent:
    """A beat with that level in each state, the same in each band."""
    levels = np.repeat([level_db.get(state, -60.0) for state in POINTS], list(POINTS.values()))
    steps = np.repeat([LASTS_S[state] / count for state, count in POINTS.items()], list(POINTS.values()))
    beat: dict[str, Any] = {"duration_s": LASTS_S, "time_s": (np.cumsum(steps) - steps / 2).tolist()}
    for name, offset_db in (("p10_db", -spread_db), ("mean_db", 0.0), ("p90_db", spread_db)):
        beat[name] = [(levels + offset_db).tolist()] * 4
    beats = {"used": 9, "excluded": {}, "reason": None}
    return AverageBeatEvent(9.0, 1, False, True, 0.9, ((25, 60),), beats, beat, None, "simulated")


def dots(rows: list[str]) -> np.ndarray:
    """(rows, characters): how many dots each character has."""
    return np.array([[(ord(sign) - 0x2800).bit_count() for sign in row] for row in rows])


@pytest.mark.parametrize(("width", "height"), [(24, 6), (40, 12), (12, 3)])
def test_it_fills_its_place_and_marks_both_sounds(width: int, height: int) -> None:
    rows = beat_rows(event({"S1": -30.0, "S2": -35.0}), width, height)
    assert [len(row) for row in rows] == [width] * height
    assert rows[-1].split() == ["S1", "S2"]
    assert rows[-1].index("S1") < rows[-1].index("S2") < width // 2 + 2


def test_sounds_stand_above_their_marks_and_a_murmur_between_them() -> None:
    *quiet, marks = beat_rows(event({"S1": -30.0, "S2": -30.0}), 24, 6)
    top, bottom = dots(quiet)[0], dots(quiet)[-1]
    for sound in ("S1", "S2"):
        assert top[marks.index(sound) : marks.index(sound) + 2].any()
    between = slice(marks.index("S1") + 3, marks.index("S2") - 1)
    assert not top[between].any()
    assert bottom[between].any()
    *loud, _ = beat_rows(event({"S1": -30.0, "S2": -30.0, "systole": -40.0}), 24, 6)
    assert not dots(loud)[-1][between].any()


def test_beats_that_differ_make_a_broader_ribbon() -> None:
    narrow, broad = (dots(beat_rows(event({}, spread_db), 24, 6)[:-1]).sum() for spread_db in (0.5, 4.0))
    assert broad > 3 * narrow


def test_silence_is_flat_and_nothing_is_blank() -> None:
    flat = dots(beat_rows(event({"S1": -59.0}, 0.1), 24, 6)[:-1])
    assert (flat.sum(axis=1) > 0).sum() == 1
    nothing = AverageBeatEvent(9.0, 1, True, False, 0.0, (), {}, None, None, "simulated")
    assert beat_rows(nothing, 24, 6) == [" " * 24] * 6
