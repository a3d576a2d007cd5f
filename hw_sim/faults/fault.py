"""What one thing that goes wrong may do, at each of the places where things go wrong: the link, the sound, the device.

Times are the simulated machine's, in microseconds; `begin` says when the stream began, from which a script counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hw_sim.sound import Pcm

NEVER_US = 1 << 62
"""Later than anything: until a stream begins, nothing that a script puts at a time happens."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded frame, when it leaves the device, and whether it carries sound."""

    data: bytes
    at_us: int
    audio: bool


@dataclass(frozen=True, slots=True)
class Handled:
    """A hand on the chest piece at sample `sample` since the stream began: laid on, or taken off.

    site: where it is laid now; None leaves it where it lay.
    """

    sample: int
    touching: bool
    site: str | None = None


class Innards(Protocol):
    """What a fault can do to the device itself."""

    def reboot(self) -> None:
        """It forgets all that it knew, its clock too, and starts again."""
        ...

    def charge(self, percent: int) -> None:
        """The battery has that much left now; at 0 the stream ends."""
        ...

    def ring_depth(self, seconds: float) -> None:
        """The ring holds no more than that now."""
        ...


class Fault:
    """One thing that goes wrong; this one is none. Each kind overrides the places that it touches."""

    def begin(self, now_us: int) -> None:
        """A stream began."""

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        """What becomes of a frame: nothing, itself, later, twice, changed."""
        return (frame,)

    def link_down(self, now_us: int) -> bool:
        """Whether the link is gone at that time."""
        return False

    def act(self, device: Innards, now_us: int) -> None:
        """What it does to the device by that time; called again and again."""

    def due_us(self, now_us: int) -> int | None:
        """When it changes something by itself after that time."""
        return None

    def heard(self, pcm: Pcm, first: int, rate_hz: int) -> Pcm:
        """What the microphone makes of int16 (n,), of which the first is sample `first` since the stream began."""
        return pcm

    def handled(self, rate_hz: int) -> Sequence[Handled]:
        """What a hand does to the chest piece, in order."""
        return ()


def through(faults: Sequence[Fault], frame: Frame) -> Sequence[Frame]:
    """What all faults together make of a frame: one that one lets through is the next one's."""
    frames: list[Frame] = [frame]
    for fault in faults:
        frames = [after for before in frames for after in fault.pass_on(before)]
    return frames
