"""What PortAudio's callback is here: it takes a block of samples over, says when it was captured, and never waits.

The callback knows nothing of the library: whoever calls it as PortAudio does (a test, say) runs what runs with a card.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stetho.clock import Clock
from stetho.handoff import DropOldest

_NS = 1_000_000_000
_OLDEST_S = 5.0
"""No sound system holds samples back for longer: what claims it has no clock worth the name."""

Int16 = npt.NDArray[np.int16]


class BlockTimes(Protocol):
    """PortAudio's times of a block, in s of the stream's clock; 0 where the sound system does not know."""

    @property
    def inputBufferAdcTime(self) -> float: ...  # noqa: N802  # PortAudio's name
    @property
    def currentTime(self) -> float: ...  # noqa: N802  # the same


class BlockFlags(Protocol):
    """PortAudio's word on what went wrong before a block."""

    @property
    def input_overflow(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """Samples first .. first + len(pcm) - 1 of those that PortAudio handed over.

    pcm: int16 (n,). end_ns: host time at which the last of them was captured, as far as the sound system knows.
    overflowed: PortAudio says that samples were discarded before the block; it does not say how many.
    """

    first: int
    pcm: Int16
    end_ns: int
    overflowed: bool


class BlockCallback:
    """Called by PortAudio's thread for each block, with int16 samples of shape (n, channels)."""

    def __init__(self, rate_hz: int, channel: int, blocks: DropOldest[AudioBlock], clock: Clock) -> None:
        """channel: which of the columns is the chest, from 0."""
        self._rate_hz, self._channel, self._blocks, self._clock = rate_hz, channel, blocks, clock
        self._first = 0

    @property
    def channels(self) -> int:
        """How many columns it must be given."""
        return self._channel + 1

    def __call__(self, pcm: Int16, frames: int, times: BlockTimes, flags: BlockFlags) -> None:
        now_ns = self._clock.monotonic_ns()
        chest = pcm[:, self._channel].copy()  # the buffer is PortAudio's again when this returns
        age_s = times.currentTime - times.inputBufferAdcTime
        end_ns = now_ns
        if times.inputBufferAdcTime > 0 and 0 <= age_s <= _OLDEST_S:
            end_ns = min(now_ns, now_ns - int(age_s * _NS) + chest.size * _NS // self._rate_hz)
        first, self._first = self._first, self._first + chest.size
        self._blocks.put(AudioBlock(first, chest, end_ns, flags.input_overflow))
