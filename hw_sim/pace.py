"""How a simulated device's time runs beside the machine's."""

from stetho.clock import SYSTEM_CLOCK, Clock


class Pace:
    """The device's clock, in microseconds since it was switched on, `speed` times as fast as the machine's.

    It never drifts: every reading is taken from the same start. Speed 0 is as fast as the link takes it: time jumps
    to whatever is due next, and stands still while the link is busy.
    """

    def __init__(self, speed: float = 1.0, clock: Clock = SYSTEM_CLOCK) -> None:
        if speed < 0:
            raise ValueError(f"speed must be 0 (as fast as possible) or more, not {speed}")
        self._speed = speed
        self._clock = clock
        self._start_ns = clock.monotonic_ns()
        self._jumped_us = 0

    @property
    def free(self) -> bool:
        """Whether time jumps instead of running."""
        return self._speed == 0

    def machine_s(self, device_s: float) -> float:
        """How long the machine takes for that much of the device's time; as long, where time is free."""
        return device_s / self._speed if self._speed else device_s

    def now_us(self) -> int:
        """What the device's clock says."""
        if self.free:
            return self._jumped_us
        return int((self._clock.monotonic_ns() - self._start_ns) * self._speed) // 1000

    def jump_to(self, due_us: int) -> None:
        """Goes on to what is due next, where time is free to; else does nothing."""
        self._jumped_us = max(self._jumped_us, due_us)

    def seconds_until(self, due_us: int) -> float:
        """How long the machine has to wait for that time of the device's."""
        if self.free:
            return 0.0
        wait_us = due_us - self.now_us()
        return max(wait_us / 1e6 / self._speed, 0.0)
