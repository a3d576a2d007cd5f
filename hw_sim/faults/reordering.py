"""Packets that overtake each other."""

from collections.abc import Iterable
from dataclasses import replace

from hw_sim.faults.fault import Fault, Frame
from hw_sim.heart.draw import Draw


class Reordering(Fault):
    """Sound packets are overtaken by those of the next `by_us`, by chance."""

    def __init__(self, share: float, by_us: int, seed: int) -> None:
        self._share, self._by_us = share, by_us
        self._draw = Draw.of(seed, "reordering")

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        late = frame.audio and self._draw.unit() < self._share
        return (replace(frame, at_us=frame.at_us + self._by_us) if late else frame,)
