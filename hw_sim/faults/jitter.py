"""A link that delays."""

from collections.abc import Iterable
from dataclasses import replace

from hw_sim.faults.fault import Fault, Frame
from hw_sim.heart.draw import Draw


class Jitter(Fault):
    """Frames come late, each by another time of at most `most_us`, and in order, as a radio delays them."""

    def __init__(self, most_us: int, seed: int) -> None:
        self._most_us = most_us
        self._draw = Draw.of(seed, "jitter")
        self._last_us = 0

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        self._last_us = max(self._last_us, frame.at_us + int(self._draw.unit() * self._most_us))
        return (replace(frame, at_us=self._last_us),)
