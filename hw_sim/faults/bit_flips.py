"""Noise on the line."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from hw_sim.faults.fault import Fault, Frame
from hw_sim.heart.draw import Draw

_LOOK_AHEAD_BITS = 1 << 14


class BitFlips(Fault):
    """Bits of any frame flip by chance, the delimiter's too: `rate` of them, in the long run.

    The way to the next flip is drawn, and not each bit; by products alone, so that a seed is the same flips everywhere.
    """

    def __init__(self, rate: float, seed: int) -> None:
        self._spared = np.cumprod(np.full(_LOOK_AHEAD_BITS, 1.0 - rate))
        self._draw = Draw.of(seed, "bit flips")
        self._left = self._next()

    def pass_on(self, frame: Frame) -> Iterable[Frame]:
        bits = 8 * len(frame.data)
        if self._left >= bits:
            self._left -= bits
            return (frame,)
        data, bit = bytearray(frame.data), self._left
        while bit < bits:
            data[bit // 8] ^= 1 << bit % 8
            bit += 1 + self._next()
        self._left = bit - bits
        return (replace(frame, data=bytes(data)),)

    def _next(self) -> int:
        """How many bits are spared before the next flip."""
        spared = 0
        while True:
            # spared falls from 1 to 0: the first place where it is at most the number drawn is where the flip lies.
            here = int(np.searchsorted(-self._spared, -self._draw.unit(), side="left"))
            if here < _LOOK_AHEAD_BITS:
                return spared + here
            spared += _LOOK_AHEAD_BITS
