"""The only reader of time. Stages never call it: time enters with the samples."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program asks of time, so that a test can be faster than it."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back; only differences have a meaning."""
        ...

    def now_utc(self) -> datetime:
        """The wall clock in UTC, for names and records; never for durations."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def now_utc(self) -> datetime:
        return datetime.now(UTC)


SYSTEM_CLOCK: Clock = SystemClock()
