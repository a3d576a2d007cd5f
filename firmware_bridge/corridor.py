"""Which straight lines from device time to host time can be the true one, given what came before what.

A question reached the device after it was sent, and its answer reached the host after it was given. So the true line
runs above every point (received, sent) and below every point (replied, returned), and while the device's clock runs
evenly nothing else is needed: no symmetry of the two ways and no distribution of delays. The steepest and the flattest
line that pass between the points are the bounds of the drift (Duda, Harrus, Haddad and Bernard, "Estimating global time
in distributed systems", ICDCS 1987; Moon, Skelly and Towsley, "Estimation and removal of clock skew from network delay
measurements", INFOCOM 1999). Only corners of the points' convex hulls can hold a line, so little has to be kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

Point = tuple[int, int]

STAMP_NS = 2_000
"""A device's stamp is in whole microseconds, rounded this way or that."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer: the host's times of sending and return, the device's of receipt and reply, in ns."""

    sent_ns: int
    received_ns: int
    replied_ns: int
    returned_ns: int

    @property
    def round_trip_ns(self) -> int:
        """How long it was on the way, both ways together."""
        return self.returned_ns - self.sent_ns - (self.replied_ns - self.received_ns)

    @property
    def floor(self) -> Point:
        """Device and host time: the true line runs above."""
        return self.received_ns, self.sent_ns - STAMP_NS

    @property
    def ceiling(self) -> Point:
        """Device and host time: the true line runs below."""
        return self.replied_ns, self.returned_ns + STAMP_NS


@dataclass(frozen=True, slots=True)
class Line:
    """Host time over device time, through one point; `slope` is host seconds a device second."""

    device_ns: int
    host_ns: int
    slope: float

    def at(self, device_ns: int) -> int:
        """The host's time of a device time."""
        return self.host_ns + round((device_ns - self.device_ns) * self.slope)


class Corridor:
    """The lines that the exchanges leave possible. `flattest` and `steepest`: their slopes' bounds."""

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self._floor: list[Point] = []
        self._ceiling: list[Point] = []
        self.flattest, self.steepest = -inf, inf
        for exchange in exchanges:
            self.add(exchange)

    @property
    def possible(self) -> bool:
        """Whether any line is left."""
        return self.flattest <= self.steepest

    def admits(self, exchange: Exchange) -> bool:
        """Whether a line is left when this exchange counts too."""
        flattest, steepest = self._bounds_with(exchange)
        return flattest <= steepest

    def add(self, exchange: Exchange) -> None:
        """Takes an exchange that came after all others, by the device's clock."""
        self.flattest, self.steepest = self._bounds_with(exchange)
        _extend(self._floor, exchange.floor, upwards=1)
        _extend(self._ceiling, exchange.ceiling, upwards=-1)

    def _bounds_with(self, exchange: Exchange) -> tuple[float, float]:
        """A point bounds the slope together with each earlier one of the other side."""
        floor, ceiling = exchange.floor, exchange.ceiling
        flattest = max((_slope(point, floor, -inf) for point in self._ceiling), default=-inf)
        steepest = min(_slope(point, ceiling, inf) for point in [*self._floor, floor])
        return max(self.flattest, flattest), min(self.steepest, steepest)

    def below(self, slope: float, device_ns: int) -> int:
        """Where the lowest line of that slope passes at a device time, in host ns."""
        return max(host + round((device_ns - device) * slope) for device, host in self._floor)

    def above(self, slope: float, device_ns: int) -> int:
        """Where the highest line of that slope passes at a device time, in host ns."""
        return min(host + round((device_ns - device) * slope) for device, host in self._ceiling)


def _slope(before: Point, after: Point, without: float) -> float:
    """The slope between two points; `without` where they lie one above the other and say nothing of it."""
    run = after[0] - before[0]
    return (after[1] - before[1]) / run if run > 0 else without


def _extend(hull: list[Point], new: Point, *, upwards: int) -> None:
    """Adds a point at the right end of a convex hull's upper (1) or lower (-1) chain. Integers: nothing is rounded."""
    if hull and hull[-1][0] == new[0]:
        if upwards * (new[1] - hull[-1][1]) <= 0:
            return
        hull.pop()
    while len(hull) > 1 and upwards * _turn(hull[-2], hull[-1], new) >= 0:
        hull.pop()
    hull.append(new)


def _turn(a: Point, b: Point, c: Point) -> int:
    """Above 0 where the way from a over b to c turns left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
