"""Sine, exponential and decibels out of + - x / alone, so that a seed gives the same bytes on every machine.

A libm may differ in its last bit from one platform to the next; IEEE 754 arithmetic does not. Accuracy is about 1e-14,
far below a 16-bit step.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_TWO_PI = 6.283185307179586
_LN2 = 0.6931471805599453
_DB = 0.11512925464970229  # ln(10) / 20
# Taylor series, highest power first: enough terms for a quarter turn and for half of ln 2.
_SINE = (
    -1 / 121645100408832000,
    1 / 355687428096000,
    -1 / 1307674368000,
    1 / 6227020800,
    -1 / 39916800,
    1 / 362880,
    -1 / 5040,
    1 / 120,
    -1 / 6,
    1.0,
)
_EXP = tuple(1.0 / f for f in (6227020800, 479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1))


def sine_of_turns(turns: Array | float) -> Array:
    """sin(2 pi x) of x in turns, any shape."""
    x = np.asarray(turns, np.float64)
    x = x - np.floor(x + 0.5)  # -0.5..0.5
    x = np.where(x > 0.25, 0.5 - x, np.where(x < -0.25, -0.5 - x, x)) * _TWO_PI
    square = x * x
    total = np.zeros_like(x)
    for coefficient in _SINE:
        total = total * square + coefficient
    return np.asarray(total * x)


def cosine_of_turns(turns: Array | float) -> Array:
    """cos(2 pi x) of x in turns, any shape."""
    return sine_of_turns(np.asarray(turns, np.float64) + 0.25)


def exponential(x: Array | float) -> Array:
    """The exponential of x, any shape, for |x| below 700."""
    values = np.asarray(x, np.float64)
    power = np.floor(values / _LN2 + 0.5)
    rest = values - power * _LN2
    total = np.zeros_like(rest)
    for coefficient in _EXP:
        total = total * rest + coefficient
    return np.asarray(np.ldexp(total, power.astype(np.int32)))


def gains_of_db(level_db: Array) -> Array:
    """The amplitude ratios of levels in decibels, any shape."""
    return exponential(level_db * _DB)


def gain_of_db(level_db: float) -> float:
    """The amplitude ratio of a level in decibels."""
    return float(exponential(level_db * _DB))
