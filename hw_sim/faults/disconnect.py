"""A link that is gone."""

from collections.abc import Iterable

from hw_sim.faults.fault import Frame
from hw_sim.faults.timed import Timed


class Disconnect(Timed):
    """The link is gone from `at_us` on, for `for_us`; the device goes on sampling into its ring."""

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return () if self.link_down(frame.at_us) else (frame,)

    def link_down(self, now_us: int) -> bool:
        return self.window.holds(now_us)
