"""A battery that runs out."""

from hw_sim.faults.fault import Innards
from hw_sim.faults.timed import Timed


class LowBattery(Timed):
    """At `at_us` the battery is down to `percent`; it falls to 0 within `for_us`, and then the stream ends.

    for_us None: it stays at `percent`.
    """

    def __init__(self, at_us: int, percent: int, for_us: int | None = None) -> None:
        super().__init__(at_us, for_us or 0)
        self._percent, self._runs_out = percent, for_us is not None

    def act(self, device: Innards, now_us: int) -> None:
        if now_us < self.window.start_us:
            return
        if not self._runs_out:
            device.charge(self._percent)
        elif now_us >= self.window.stop_us:
            device.charge(0)
        else:
            left = self._percent * (self.window.stop_us - now_us) // self.window.for_us
            device.charge(max(left, 1))
