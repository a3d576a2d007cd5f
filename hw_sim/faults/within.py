"""A fault of the link that lasts a while only."""

from collections.abc import Iterable

from hw_sim.faults.fault import Fault, Frame
from hw_sim.faults.timed import Timed


class Within(Timed):
    """What another fault does to frames, from `at_us` on, for `for_us`; at other times frames pass untouched."""

    def __init__(self, fault: Fault, at_us: int, for_us: int) -> None:
        super().__init__(at_us, for_us)
        self._fault = fault

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return self._fault.pass_on(frame) if self.window.holds(frame.at_us) else (frame,)
