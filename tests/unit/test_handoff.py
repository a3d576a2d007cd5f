"""Bounded hand-offs."""

import threading

import pytest

from stetho.errors import OverrunError
from stetho.handoff import DropOldest, Lossless


def test_a_viewer_that_is_slow_misses_the_oldest_and_can_tell_how_many() -> None:
    handoff = DropOldest[int](3)
    for i in range(5):
        handoff.put(i)
    assert [handoff.get_nowait() for _ in range(4)] == [2, 3, 4, None]
    statistics = handoff.statistics()
    assert (statistics.put, statistics.taken, statistics.dropped, statistics.most_waiting) == (5, 3, 2, 3)


def test_items_worth_more_are_dropped_last() -> None:
    handoff = DropOldest[str](3, spare=str.isupper)
    for item in ("A", "b", "c", "d", "E", "F", "G"):
        handoff.put(item)
    assert [handoff.get_nowait() for _ in range(4)] == ["E", "F", "G", None]
    assert handoff.statistics().dropped == 4


def test_a_recorder_that_is_slow_is_told_loudly() -> None:
    handoff = Lossless[int](2)
    handoff.put(1)
    handoff.put(2)
    with pytest.raises(OverrunError, match="2 items behind"):
        handoff.put(3)
    assert [handoff.get_nowait(), handoff.get_nowait()] == [1, 2]


def test_what_waits_can_be_taken_after_close_and_nothing_more_goes_in() -> None:
    handoff = Lossless[int](2)
    handoff.put(1)
    handoff.close()
    handoff.put(2)
    assert not handoff.drained
    assert handoff.get() == 1
    assert handoff.get() is None
    assert handoff.drained


def test_get_waits_for_another_thread() -> None:
    handoff = Lossless[str](1)
    thread = threading.Thread(target=handoff.put, args=("late",))
    thread.start()
    assert handoff.get(5.0) == "late"
    thread.join()


def test_wake_is_called_for_each_item_and_for_the_end() -> None:
    woken: list[None] = []
    handoff = DropOldest[int](1, wake=lambda: woken.append(None))
    handoff.put(1)
    handoff.put(2)
    handoff.close()
    assert len(woken) == 3


def test_a_capacity_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        DropOldest[int](0)
