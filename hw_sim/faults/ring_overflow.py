"""A ring that forgets earlier than it promised."""

from hw_sim.faults.fault import Innards
from hw_sim.faults.timed import Timed


class RingOverflow(Timed):
    """From `at_us` on, for `for_us`, the ring holds no more than `depth_us` of sound: what is older is gone for good."""

    def __init__(self, at_us: int, for_us: int, depth_us: int) -> None:
        super().__init__(at_us, for_us)
        self._depth_s = depth_us / 1e6

    def act(self, device: Innards, now_us: int) -> None:
        if self.window.holds(now_us):
            device.ring_depth(self._depth_s)
