"""What can go wrong between a device and its host: each fault small, seeded, and composable with the others.

A fault sees every frame that the device sends, with the time, and says what becomes of it; it may also say that the
link is down. Faults are put one after the other: a frame that one lets through is the next one's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hw_sim.heart.draw import Draw


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded frame, when it leaves the device, and whether it carries sound."""

    data: bytes
    at_us: int
    audio: bool


class Fault:
    """One thing that goes wrong; this one is none."""

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        """What becomes of a frame: nothing, itself, later, twice, changed."""
        return (frame,)

    def link_down(self, now_us: int) -> bool:
        """Whether the link is gone at that time."""
        return False


class Loss(Fault):
    """Sound packets vanish by chance, resent ones too: `share` of them, in the long run."""

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._draw = Draw.of(seed, "loss")

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return () if frame.audio and self._draw.unit() < self._share else (frame,)


class Duplication(Fault):
    """Sound packets come twice by chance."""

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._draw = Draw.of(seed, "duplication")

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        return (frame, frame) if frame.audio and self._draw.unit() < self._share else (frame,)


class BitFlips(Fault):
    """Bits of any frame flip by chance, the delimiter's too: `rate` of them, in the long run."""

    def __init__(self, rate: float, seed: int) -> None:
        self._rate = rate
        self._draw = Draw.of(seed, "bit flips")

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        data = bytearray(frame.data)
        for bit in range(8 * len(data)):
            if self._draw.unit() < self._rate:
                data[bit // 8] ^= 1 << bit % 8
        return (replace(frame, data=bytes(data)),)


class Jitter(Fault):
    """Frames come late, each by another time of at most `most_us`, and in order, as a radio delays them."""

    def __init__(self, most_us: int, seed: int) -> None:
        self._most_us = most_us
        self._draw = Draw.of(seed, "jitter")
        self._last_us = 0

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        self._last_us = max(self._last_us, frame.at_us + int(self._draw.unit() * self._most_us))
        return (replace(frame, at_us=self._last_us),)


class Reordering(Fault):
    """Sound packets are overtaken by those of the next `by_us`, by chance."""

    def __init__(self, share: float, by_us: int, seed: int) -> None:
        self._share, self._by_us = share, by_us
        self._draw = Draw.of(seed, "reordering")

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        late = frame.audio and self._draw.unit() < self._share
        return (replace(frame, at_us=frame.at_us + self._by_us) if late else frame,)


class Stall(Fault):
    """Nothing comes from `at_us` on, for `for_us`; then all of it at once."""

    def __init__(self, at_us: int, for_us: int) -> None:
        self._from_us, self._to_us = at_us, at_us + for_us

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        held = self._from_us <= frame.at_us < self._to_us
        return (replace(frame, at_us=self._to_us) if held else frame,)


class Disconnect(Fault):
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
