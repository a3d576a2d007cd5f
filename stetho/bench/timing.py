"""How long a call takes: the method of every figure in the table.

Each call is timed by itself with `time.perf_counter_ns` (about 0.1 µs of it is the clock's own, and is left in). The
median and the 99th percentile of all calls are given, never the best one. Ours and the peer take turns, a hundredth of a
second each, so that whatever else the machine does disturbs both alike. The garbage collector rests meanwhile.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

Call = Callable[[], object]

WARM_UP_CALLS = 20
TURN_NS = 10_000_000
BUDGET_S = 1.0
FEWEST_CALLS = 30


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of one call, in microseconds, over `calls` calls."""

    median_us: float
    p99_us: float
    calls: int


def time_call(call: Call, budget_s: float = BUDGET_S) -> Timing:
    """Times one call alone."""
    return _summary(_in_turns((call,), budget_s)[0])


def time_both(ours: Call, peer: Call, budget_s: float = BUDGET_S) -> tuple[Timing, Timing]:
    """Times two calls in turns; the budget is that of both together."""
    mine, theirs = _in_turns((ours, peer), budget_s)
    return _summary(mine), _summary(theirs)


def _in_turns(calls: tuple[Call, ...], budget_s: float) -> list[list[int]]:
    for call in calls:
        for _ in range(WARM_UP_CALLS):
            call()
    times: list[list[int]] = [[] for _ in calls]
    until_ns = time.perf_counter_ns() + round(budget_s * 1e9)
    with _no_garbage_collection():
        while time.perf_counter_ns() < until_ns or min(map(len, times)) < FEWEST_CALLS:
            for call, taken in zip(calls, times, strict=True):
                _turn(call, taken)
    return times


def _turn(call: Call, taken: list[int]) -> None:
    clock = time.perf_counter_ns
    end = clock() + TURN_NS
    while (before := clock()) < end:
        call()
        taken.append(clock() - before)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _summary(times_ns: list[int]) -> Timing:
    median, p99 = np.percentile(np.asarray(times_ns, np.float64), (50, 99)) / 1000
    return Timing(float(median), float(p99), len(times_ns))
