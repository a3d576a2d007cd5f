"""Random numbers made of integers: the same on every machine, and addressable, so that nothing depends on order.

SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) as a hash of a counter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from hw_sim.heart.exact import gain_of_db

T = TypeVar("T")

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def mix(value: int) -> int:
    """SplitMix64's finaliser: 64 bits in, 64 well-stirred bits out."""
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB & _MASK
    return value ^ (value >> 31)


def stream_seed(seed: int, *path: str | int) -> int:
    """The 64-bit seed of a named stream: `stream_seed(7, "rhythm", 12)`."""
    state = mix((seed & _MASK) + _GOLDEN & _MASK)
    for part in path:
        for byte in part.encode() if isinstance(part, str) else (part,):
            state = mix((state ^ byte & _MASK) + _GOLDEN & _MASK)
    return state


@dataclass(slots=True)
class Draw:
    """A run of random numbers of one named stream."""

    state: int

    @classmethod
    def of(cls, seed: int, *path: str | int) -> "Draw":
        return cls(stream_seed(seed, *path))

    def bits(self) -> int:
        """64 random bits."""
        self.state = self.state + _GOLDEN & _MASK
        return mix(self.state)

    def unit(self) -> float:
        """Uniform in [0, 1), a multiple of 2**-53."""
        return (self.bits() >> 11) / 9007199254740992.0

    def between(self, low: float, high: float) -> float:
        """Uniform in [low, high)."""
        return low + (high - low) * self.unit()

    def bell(self) -> float:
        """Nearly Gaussian, mean 0, variance 1, never beyond 3.5: four uniforms added."""
        return (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.7320508075688772

    def bells(self, count: int) -> npt.NDArray[np.float64]:
        """Several of them, float64 (count,)."""
        return np.array([self.bell() for _ in range(count)])

    def gain(self, spread_db: float) -> float:
        """An amplitude around 1, bell-shaped in decibels."""
        return gain_of_db(self.bell() * spread_db)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.bits() % len(choices)]
