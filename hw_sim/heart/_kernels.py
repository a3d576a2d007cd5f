"""The loops over samples: counter-based noise, second-order sections, and mixing. No fastmath: the bytes must agree."""

from typing import TYPE_CHECKING

import numba as nb
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    Array = npt.NDArray[np.float64]

_read = nb.types.Array(nb.float64, 1, "C", readonly=True)
_read2 = nb.types.Array(nb.float64, 2, "C", readonly=True)
# Four 16-bit uniforms added have the standard deviation sqrt(4 (65536^2 - 1) / 12).
_UNIT = 1.0 / 37837.227
_MEAN = 4 * 32767.5


@nb.njit(nb.void(nb.uint64, nb.int64, nb.float64[::1]), nogil=True, cache=True)
def noise(seed: int, start: int, out: "Array") -> None:
    """White, nearly Gaussian noise of variance 1: sample i of a stream is a hash of `start + i`, in whatever order."""
    for i in range(len(out)):
        z = np.uint64(seed) + np.uint64(start + i) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        low = np.uint64(0xFFFF)
        total = (z & low) + ((z >> np.uint64(16)) & low) + ((z >> np.uint64(32)) & low) + (z >> np.uint64(48))
        out[i] = (np.float64(np.int64(total)) - _MEAN) * _UNIT


@nb.njit(nb.void(_read2, nb.float64[:, ::1], nb.float64[::1]), nogil=True, cache=True)
def filter_in_place(sections: "Array", state: "Array", samples: "Array") -> None:
    """A cascade of second-order sections (b0 b1 b2 a1 a2), transposed direct form II, state (sections, 2)."""
    for k in range(sections.shape[0]):
        b0, b1, b2, a1, a2 = sections[k, 0], sections[k, 1], sections[k, 2], sections[k, 3], sections[k, 4]
        s1, s2 = state[k, 0], state[k, 1]
        for i in range(len(samples)):
            x = samples[i]
            y = b0 * x + s1
            s1 = b1 * x - a1 * y + s2
            s2 = b2 * x - a2 * y
            samples[i] = y
        state[k, 0], state[k, 1] = s1, s2


@nb.njit(nb.void(_read, _read2, nb.float64[::1]), nogil=True, cache=True)
def add_weighted(weights: "Array", rows: "Array", out: "Array") -> None:
    """Adds `weights @ rows` to `out`, row after row: a BLAS would choose its own order, and other last bits."""
    for k in range(len(weights)):
        weight = weights[k]
        for i in range(len(out)):
            out[i] += weight * rows[k, i]
