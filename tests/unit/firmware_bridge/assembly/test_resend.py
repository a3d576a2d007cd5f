"""When samples are asked for again, and when no more."""

import pytest

from firmware_bridge.assembly.resend import ResendPlanner
from firmware_bridge.assembly.unwrap import unwrap
from stetho.stream import Span

MS = 1_000_000


def test_a_hole_is_asked_for_at_once_and_then_ever_less_often():
    planner, hole = ResendPlanner(2000), [Span(80, 160)]
    asked_ms = [ms for ms in range(0, 4860, 10) if planner.plan(ms * MS, hole)[0]]
    assert asked_ms == [0, 60, 180, 420, 900, 1860, 2860, 3860]


def test_after_eight_tries_it_is_given_up():
    planner, hole = ResendPlanner(2000), [Span(80, 160)]
    given_up = [ms for ms in range(0, 4870, 10) for _ in planner.plan(ms * MS, hole)[1]]
    assert given_up == [4860]


def test_only_what_is_still_missing_is_asked_for_again():
    planner = ResendPlanner(2000)
    planner.plan(0, [Span(0, 1000)])
    assert planner.plan(100 * MS, [Span(300, 400), Span(900, 1000)])[0] == [Span(300, 400), Span(900, 1000)]
    assert planner.plan(1000 * MS, []) == ([], [])


def test_a_long_hole_is_asked_for_in_bounded_parts():
    planner = ResendPlanner(2000)
    ask, _ = planner.plan(0, [Span(0, 80_000)])
    assert ask == [Span(at, at + 2000) for at in range(0, 16_000, 2000)]
    assert planner.patient(1 * MS)
    assert planner.plan(1 * MS, [Span(2000, 80_000)])[0] == [Span(16_000, 18_000)]


def test_a_new_link_is_asked_for_everything():
    planner = ResendPlanner(2000)
    planner.plan(0, [Span(0, 80)])
    planner.restart()
    assert planner.plan(1, [Span(0, 80)])[0] == [Span(0, 80)]


@pytest.mark.parametrize(
    ("wire_index", "near", "index"),
    [
        (5, 0, 5),
        (0, (1 << 32) - 1, 1 << 32),
        ((1 << 32) - 1, (1 << 32) + 5, (1 << 32) - 1),
        ((1 << 32) - 80, 0, (1 << 32) - 80),
        (7, 5 << 32, (5 << 32) + 7),
    ],
)
def test_indices_are_unwrapped_near_to_where_the_stream_is(wire_index, near, index):
    assert unwrap(wire_index, near) == index
