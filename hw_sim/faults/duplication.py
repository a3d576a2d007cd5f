"""Packets that come twice."""

from collections.abc import Iterable

from hw_sim.faults.fault import Fault, Frame
from hw_sim.heart.draw import Draw


class Duplication(Fault):
    """Sound packets come twice by chance."""

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._draw = Draw.of(seed, "duplication")

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return (frame, frame) if frame.audio and self._draw.unit() < self._share else (frame,)
