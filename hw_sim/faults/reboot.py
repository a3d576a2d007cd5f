"""A device that crashes and starts again."""

from collections.abc import Iterable

from hw_sim.faults.fault import Frame, Innards
from hw_sim.faults.timed import Timed


class Reboot(Timed):
    """At `at_us` the device restarts, which takes `for_us`: it forgets the stream and counts from 0, its clock too."""

    def __init__(self, at_us: int, for_us: int) -> None:
        super().__init__(at_us, for_us)
        self._done = False

    def begin(self, now_us: int) -> None:
        super().begin(now_us)
        self._done = False

    def act(self, device: Innards, now_us: int) -> None:
        if not self._done and now_us >= self.window.start_us:
            self._done = True
            device.reboot()

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return () if self.link_down(frame.at_us) else (frame,)

    def link_down(self, now_us: int) -> bool:
        return self.window.holds(now_us)
