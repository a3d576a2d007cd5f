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


_COUNTS_SLEEP: int | None = getattr(time, "CLOCK_BOOTTIME", None)
"""Linux's monotonic clock stands still while the computer sleeps: what waited meanwhile would look live afterwards."""


class SystemClock:
    """The machine's own clocks."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns() if _COUNTS_SLEEP is None else time.clock_gettime_ns(_COUNTS_SLEEP)

    def now_utc(self) -> datetime:
        return datetime.now(UTC)


SYSTEM_CLOCK: Clock = SystemClock()
