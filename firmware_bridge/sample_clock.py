"""How many samples the device takes in a second of its own clock."""

from dataclasses import dataclass
from math import sqrt

_EVERY_US = 500_000
"""Packets in between would add little: their stamps err together."""

_FARTHEST_US = 60_000_000
"""A stamp further from the last one is damaged, or the device's clock was set: all begins anew."""

_FEWEST = 8
_STAMP_US = 1.0
_HALF_95 = 1.96


@dataclass(frozen=True, slots=True)
class OwnRate:
    """Samples a device second, and by which share of it that may be wrong (95 %)."""

    rate_hz: float
    uncertainty: float


class SampleClock:
    """A line of least squares through the stamps of audio packets, two a second; sums only, so it never grows.

    Stamps that err independently are assumed, and the rounding of the first and the last is added.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The device counts anew."""
        self._first: tuple[int, int] | None = None
        self._last_us = 0
        self._n = 0
        self._mean_x = self._mean_y = self._xx = self._xy = self._yy = 0.0
        self.own_rate: OwnRate | None = None
        """None before there are eight stamps."""

    def took(self, index: int, device_us: int) -> None:
        """Sample `index` was taken at `device_us` of the device's clock. Called in order; most calls do nothing."""
        if self._first is not None:
            if abs(device_us - self._last_us) > _FARTHEST_US:
                self.restart()
            elif device_us - self._last_us < _EVERY_US:
                return
        if self._first is None:
            self._first = (index, device_us)
        self._last_us = device_us
        x, y = float(index - self._first[0]), float(device_us - self._first[1])
        self._n += 1
        dx, dy = x - self._mean_x, y - self._mean_y
        self._mean_x += dx / self._n
        self._mean_y += dy / self._n
        self._xx += dx * (x - self._mean_x)
        self._xy += dx * (y - self._mean_y)
        self._yy += dy * (y - self._mean_y)
        if self._n >= _FEWEST and self._xy > 0:
            self.own_rate = self._fitted(y)

    def _fitted(self, over_us: float) -> OwnRate:
        us_a_sample = self._xy / self._xx
        left = max(0.0, self._yy - us_a_sample * self._xy)  # the residuals' sum of squares
        error = _HALF_95 * sqrt(left / (self._n - 2) / self._xx) / us_a_sample
        return OwnRate(1e6 / us_a_sample, error + _STAMP_US / over_us)
