"""A link that is up and brings nothing."""

from collections.abc import Iterable
from dataclasses import replace

from hw_sim.faults.fault import Frame
from hw_sim.faults.timed import Timed


class Stall(Timed):
    """Nothing comes from `at_us` on, for `for_us`; then all of it at once."""

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return (replace(frame, at_us=self.window.stop_us) if self.window.holds(frame.at_us) else frame,)
