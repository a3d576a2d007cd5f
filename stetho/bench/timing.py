"""How long a call takes: the method of every figure in the table.

The median is that of batches just long enough (20 µs) for the clock's own tenth of a microsecond to vanish; a call that
is longer is a batch by itself. The 99th percentile is that of single calls, clock included. The best time is never
given. Ours and the peer take turns, a hundredth of a second each, so that whatever else the machine does disturbs both
alike. The garbage collector rests meanwhile.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

Call = Callable[[], object]

WARM_UP_CALLS = 20
TURN_NS = 10_000_000
BATCH_NS = 20_000
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
    return _in_turns((call,), budget_s)[0]


def time_both(ours: Call, peer: Call, budget_s: float = BUDGET_S) -> tuple[Timing, Timing]:
    """Times two calls in turns; the budget is that of both together."""
    mine, theirs = _in_turns((ours, peer), budget_s)
    return mine, theirs


@dataclass(slots=True)
class _Clocked:
    """A call and the times that it took so far, in ns."""

    call: Call
    batch: int
    batches: list[float] = field(default_factory=list)
    singles: list[int] = field(default_factory=list)

    def turn(self) -> None:
        """Some batches, then some single calls."""
        clock, call = time.perf_counter_ns, self.call
        half, end = clock() + TURN_NS // 2, clock() + TURN_NS
        while (before := clock()) < half:
            for _ in range(self.batch):
                call()
            self.batches.append((clock() - before) / self.batch)
        while (before := clock()) < end:
            call()
            self.singles.append(clock() - before)

    def timing(self) -> Timing:
        median_ns = np.median(self.batches)
        return Timing(float(median_ns) / 1000, float(np.percentile(self.singles, 99)) / 1000, len(self.singles))


def _in_turns(calls: tuple[Call, ...], budget_s: float) -> list[Timing]:
    clocked = [_Clocked(call, _batch_size(call)) for call in calls]
    until_ns = time.perf_counter_ns() + round(budget_s * 1e9)
    with _no_garbage_collection():
        while time.perf_counter_ns() < until_ns or min(len(c.singles) for c in clocked) < FEWEST_CALLS:
            for c in clocked:
                c.turn()
    return [c.timing() for c in clocked]


def _batch_size(call: Call) -> int:
    """Warms the call up, and says how many of it fill a batch."""
    times_ns = []
    for _ in range(WARM_UP_CALLS):
        before = time.perf_counter_ns()
        call()
        times_ns.append(time.perf_counter_ns() - before)
    return max(1, round(BATCH_NS / max(1.0, float(np.median(times_ns)))))


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
