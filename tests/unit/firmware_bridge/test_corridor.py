"""The lines between the points, against all pairs of them."""

from itertools import product
from math import inf

from hypothesis import assume, given
from hypothesis import strategies as st

from firmware_bridge.corridor import Corridor, Exchange

SECOND = 1_000_000_000


@st.composite
def exchanges(draw):
    """Some exchanges of clocks that go together, one of which is 100 ppm fast at most."""
    drift = draw(st.integers(-100, 100)) * 1e-6
    made, sent_ns = [], draw(st.integers(0, 10**15))
    for _ in range(draw(st.integers(1, 30))):
        sent_ns += draw(st.integers(1_000_000, SECOND))
        received_ns = sent_ns + draw(st.integers(0, 50_000_000))
        replied_ns = received_ns + draw(st.integers(0, 100_000))
        returned_ns = replied_ns + draw(st.integers(0, 50_000_000))
        made.append(Exchange(sent_ns, int(received_ns * (1 + drift)), int(replied_ns * (1 + drift)), returned_ns))
        sent_ns = returned_ns
    return drift, made


def slopes(before, after):
    return [(b[1] - a[1]) / (b[0] - a[0]) for a, b in product(before, after) if b[0] > a[0]]


@given(exchanges())
def test_the_bounds_are_those_of_all_pairs(case):
    drift, made = case
    corridor = Corridor(made)
    floor, ceiling = [exchange.floor for exchange in made], [exchange.ceiling for exchange in made]
    assert corridor.flattest == max(slopes(ceiling, floor), default=-inf)
    assert corridor.steepest == min(slopes(floor, ceiling), default=inf)
    assert corridor.possible
    assert corridor.flattest <= 1 / (1 + drift) <= corridor.steepest


@given(exchanges())
def test_a_line_of_any_slope_between_them_passes_between_the_points(case):
    _, made = case
    corridor = Corridor(made)
    assume(-inf < corridor.flattest and corridor.steepest < inf)
    at = made[-1].replied_ns
    for slope in (corridor.flattest, (corridor.flattest + corridor.steepest) / 2, corridor.steepest):
        low, high = corridor.below(slope, at), corridor.above(slope, at)
        assert low <= high + 2  # rounding
        for exchange in made:
            assert low - round((at - exchange.received_ns) * slope) >= exchange.floor[1] - 1
            assert high - round((at - exchange.replied_ns) * slope) <= exchange.ceiling[1] + 1


def test_exchanges_that_exclude_each_other_leave_no_line():
    corridor = Corridor([Exchange(0, 0, 0, 1000), Exchange(SECOND, SECOND, SECOND, SECOND + 1000)])
    late = Exchange(3 * SECOND, 2 * SECOND, 2 * SECOND, 3 * SECOND + 1000)
    assert not corridor.admits(late)
    corridor.add(late)
    assert not corridor.possible
