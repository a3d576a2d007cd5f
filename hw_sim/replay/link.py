"""One captured link as a script: which frames come when, counted from what the host said before them."""

from dataclasses import dataclass
from enum import Enum, auto

from hw_sim.replay.frames import WireFrame


class Ending(Enum):
    """How a captured link ended."""

    LOST = auto()  # it broke
    CLOSED = auto()  # the host let it go
    CUT = auto()  # the capture ends with it


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame, and how long after what the host said it came, in microseconds."""

    after_us: int
    frame: WireFrame


@dataclass(frozen=True, slots=True)
class ReplayLink:
    """What the device said, first after HELLO, then after START; both may be empty.

    times, pings: the tokens of the host's questions, in order. stream_ids: what the host called the stream.
    lasted_us: from the last of HELLO and START to the end; gone_us: from there to the next link, None where none came.
    """

    greeting: tuple[Moment, ...]
    stream: tuple[Moment, ...]
    started: bool
    stream_ids: frozenset[int]
    times: tuple[int, ...]
    pings: tuple[int, ...]
    ending: Ending
    lasted_us: int
    gone_us: int | None
