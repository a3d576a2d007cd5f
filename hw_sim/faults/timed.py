"""What all faults share that happen at a time."""

from hw_sim.faults.fault import Fault
from hw_sim.faults.window import Window


class Timed(Fault):
    """Something that goes wrong from `at_us` of the stream on, for `for_us`."""

    def __init__(self, at_us: int, for_us: int) -> None:
        self.window = Window(at_us, for_us)

    def begin(self, now_us: int) -> None:
        self.window.begin(now_us)

    def due_us(self, now_us: int) -> int | None:
        return self.window.due_us(now_us)
