"""Packets that vanish."""

from collections.abc import Iterable

from hw_sim.faults.fault import Fault, Frame
from hw_sim.heart.draw import Draw


class Loss(Fault):
    """Sound packets vanish by chance, resent ones too: `share` of them, in the long run."""

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._draw = Draw.of(seed, "loss")

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return () if frame.audio and self._draw.unit() < self._share else (frame,)
