"""What a simulated microphone hears."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]


class Sound(Protocol):
    """A source of samples, read in order; the samples don't depend on how many are read at a time."""

    @property
    def rate_hz(self) -> int: ...

    def read(self, count: int) -> Pcm:
        """The next samples, int16 (count,); fewer at the end, none after it."""
        ...
