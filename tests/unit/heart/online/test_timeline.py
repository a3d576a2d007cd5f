"""Frame numbers to places: true over small gaps however many, and the same however runs are cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.frames import Frames
from stetho.heart.online.timeline import BRIDGED_HOPS, ROUNDING, Timeline


def frames(start: int, count: int, hop: float = 80.0) -> Frames:
    return Frames(np.zeros((40, count), np.float32), start, hop)


@given(jumps=st.lists(st.integers(0, 160), min_size=1, max_size=60))
def test_small_gaps_never_add_up(jumps: list[int]) -> None:
    line, start, heard = Timeline(keep=400), 0, 0
    for jump in jumps:
        start += jump
        item = frames(start, 7)
        assert line.bridges(item)
        line.add(item)
        for number in range(7):
            assert abs(line.at(heard + number) - (start + 80 * number)) <= ROUNDING
        start, heard = start + 7 * 80, heard + 7
        assert abs(line.end_of(heard) - start) <= ROUNDING + 0.5


@pytest.mark.parametrize("hop", [80.0, 220.5])
def test_cuts_of_one_run_are_no_gaps(hop: float) -> None:
    line = Timeline(keep=400)
    for first in range(0, 100_000, 9):
        line.add(frames(round(13 + first * hop), 9, hop))
    assert line.at(99_999.25) == 13 + 99_999.25 * hop


@pytest.mark.parametrize("jump", [BRIDGED_HOPS * 80 + 1, -BRIDGED_HOPS * 80 - 1, 20_000])
def test_what_is_missing_longer_is_not_bridged(jump: float) -> None:
    line = Timeline(keep=400)
    line.add(frames(1000, 10))
    assert not line.bridges(frames(round(1800 + jump), 10))
    line.reset()
    assert line.bridges(frames(round(1800 + jump), 10))


def test_memory_is_bounded() -> None:
    line = Timeline(keep=400)
    for number in range(5000):
        line.add(frames(100 * number, 1))
    assert len(line._stretches) <= 402
    assert line.at(4600) == 460_000
