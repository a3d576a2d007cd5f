"""What can go wrong between a device and its host: each fault small, seeded, and composable with the others.

A fault sees every frame that the device sends, with the device's time, and says what becomes of it; it may also say
that the link is down. Faults are put one after the other: a frame that one lets through is the next one's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hw_sim.heart.draw import Draw


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded frame, when it leaves the device, and whether it carries sound."""

    data: bytes
    at_us: int
    audio: bool


class Fault(Protocol):
    """One thing that goes wrong."""

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        """What becomes of a frame: nothing, itself, later, twice, changed."""
        ...

    def link_down(self, now_us: int) -> bool:
        """Whether the link is gone at that time of the device's."""
        ...


class Loss:
    """Sound packets vanish by chance, resent ones too: `share` of them, in the long run."""

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._draw = Draw.of(seed, "loss")

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        if frame.audio and self._draw.unit() < self._share:
            return ()
        return (frame,)

    def link_down(self, now_us: int) -> bool:
        return False


class Disconnect:
    """The link is gone from `at_us` on, for `for_us`."""

    def __init__(self, at_us: int, for_us: int) -> None:
        self._from_us, self._to_us = at_us, at_us + for_us

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return () if self.link_down(frame.at_us) else (frame,)

    def link_down(self, now_us: int) -> bool:
        return self._from_us <= now_us < self._to_us


def through(faults: Sequence[Fault], frame: Frame) -> Sequence[Frame]:
    """What all faults together make of a frame."""
    frames: list[Frame] = [frame]
    for fault in faults:
        frames = [after for before in frames for after in fault.pass_on(before)]
    return frames
