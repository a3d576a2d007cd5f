"""The values that a fault script may hold, each read strictly. All raise ValueError with half a sentence."""

import re
from collections.abc import Callable

from hw_sim.heart import Site

Value = int | float | str
Reader = Callable[[object], Value]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min)")
_IN_US = {"ms": 1_000, "s": 1_000_000, "min": 60_000_000}
_LONGEST_US = 24 * 60 * _IN_US["min"]


def duration_us(value: object) -> int:
    """`"3.2s"`, `"150ms"` or `"2min"` in microseconds, up to a day."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be a time with its unit, like "3.2s", "150ms" or "2min"')
    us = round(float(found[1]) * _IN_US[found[2]])
    if us > _LONGEST_US:
        raise ValueError("must be at most a day")
    return us


def number(low: float, high: float) -> Reader:
    """A number from `low` to `high`."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return float(value)

    return read


def whole(low: int, high: int) -> Reader:
    """A whole number from `low` to `high`."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return read


def site(value: object) -> str:
    """One of the four standard sites."""
    if not isinstance(value, str) or value not in Site.__members__:
        raise ValueError(f"must be one of {', '.join(Site)}")
    return value
