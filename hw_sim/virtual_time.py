"""An event loop whose time jumps: whatever waits for later happens at once, in the same order, with the same result.

For a device in memory: code that waits for a socket, a file or another thread has no part in it.
"""

import asyncio
import selectors
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # when virtual time begins; any fixed date does
_NS = 1_000_000_000


class VirtualClock:
    """A stetho.clock.Clock that stands still until somebody moves it."""

    def __init__(self) -> None:
        self._now_ns = 0

    def monotonic_ns(self) -> int:
        return self._now_ns

    def now_utc(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._now_ns // 1000)

    def advance(self, seconds: float) -> None:
        """Goes on by that much, rounded up to a nanosecond."""
        self._now_ns += -int(-seconds * _NS // 1)


class _JumpingSelector(selectors.DefaultSelector):
    """Where nothing is ready, the time for which a selector would wait is over at once."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)  # nothing is due ever: a thread's call is waited for in real time
        ready = super().select(0)
        if not ready:
            self._clock.advance(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that runs by a virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_JumpingSelector(clock))
        self._virtual_clock = clock

    def time(self) -> float:
        return self._virtual_clock.monotonic_ns() / _NS


def virtual_loop(clock: VirtualClock) -> Callable[[], asyncio.AbstractEventLoop]:
    """For `asyncio.Runner(loop_factory=virtual_loop(clock))`."""
    return lambda: VirtualTimeLoop(clock)
