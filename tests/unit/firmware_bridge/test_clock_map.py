"""Device time to host time."""

import numpy as np
import pytest

from firmware_bridge.clock_map import ClockMap

MS = 1_000_000
OFFSET_NS = 7_000_000_000


def test_before_any_exchange_the_fastest_arrival_counts():
    clocks = ClockMap()
    rng = np.random.default_rng(4)
    for packet in range(200):
        device_us = packet * 20_000
        true_ns = device_us * 1000 + OFFSET_NS
        mapped = clocks.host_ns(device_us, true_ns + 2 * MS + int(rng.exponential(5) * MS))
        assert true_ns <= mapped
    assert mapped - true_ns < 3 * MS


def test_an_exchange_with_the_shortest_round_trip_wins():
    clocks = ClockMap()
    rng = np.random.default_rng(4)
    for second in range(30):
        out, back = rng.exponential(8, 2) * MS
        received_us = second * 1_000_000
        sent_ns = received_us * 1000 + OFFSET_NS - int(out)
        clocks.exchanged(sent_ns, received_us, received_us + 100, received_us * 1000 + 100_000 + OFFSET_NS + int(back))
    assert abs(clocks.host_ns(30_000_000, 10**15) - (30_000_000_000 + OFFSET_NS)) < 2 * MS


def test_nothing_was_captured_after_it_arrived():
    clocks = ClockMap()
    clocks.exchanged(0, 0, 0, 10 * MS)
    assert clocks.host_ns(1_000_000, 500 * MS) == 500 * MS


@pytest.mark.parametrize("replied_us", [100_000, 10**18])
def test_an_answer_that_took_longer_than_the_question_is_no_answer(replied_us):
    clocks = ClockMap()
    clocks.exchanged(0, 0, replied_us, 10 * MS)
    assert clocks.host_ns(0, 400 * MS) == 400 * MS


def test_a_clock_that_began_anew_is_learned_anew():
    clocks = ClockMap()
    clocks.exchanged(0, 0, 0, 10 * MS)
    clocks.restart()
    assert clocks.host_ns(0, 900 * MS) == 900 * MS
