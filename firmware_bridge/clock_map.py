"""The device's clock in terms of the host's, and how far that can be wrong."""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from math import isfinite

from firmware_bridge.arrival_delay import ArrivalDelay
from firmware_bridge.corridor import Corridor, Exchange, Line

KEPT_S = 600
"""How far back exchanges count: a crystal's drift changes with its temperature, little in ten minutes."""

SHORTEST_S = 8
"""What a stream of ten seconds has. A drift over less is not said: its bounds are wider than any crystal's error."""

_REBUILT_S = 750
"""The oldest exchanges are dropped in lumps, since each lump means building the corridor anew."""

_FEWEST = 8
"""An exchange that contradicts so many before it is doubted; one that contradicts only older ones outdates them."""

_PLAUSIBLE = 1e-3
"""No crystal errs by more than 1,000 ppm: holds the map still until the exchanges say more than that themselves."""

_ASKED_EVERY_NS = 1_000_000_000
_FUTURE_NS = 20_000_000


@dataclass(frozen=True, slots=True)
class Drift:
    """By how much the device's clock is faster than the host's; the truth lies within `uncertainty_ppm`.

    The uncertainty is a bound, not a spread: half the range of drifts that the exchanges of the last `over_s` leave
    possible, whatever the delays were, as long as the drift was constant over that time.
    """

    ppm: float
    uncertainty_ppm: float
    over_s: float


class ClockMap:
    """Maps device time to the host's monotonic time: by time-sync exchanges, before the first by audio's arrival.

    An exchange that contradicts the others is doubted; when the next one does so too, a clock was set or slept (the
    device's restarted, the host was suspended) and everything is learned anew from these two.
    """

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque()
        self._corridor = Corridor()
        self._arrivals = ArrivalDelay()
        self._doubted: Exchange | None = None
        self._line: Line | None = None
        self._line_error_ns = 0.0
        self.drift: Drift | None = None
        """None before there is a baseline of 8 s."""
        self.in_doubt = False
        """Something contradicts the map: ask again soon."""

    @property
    def offset_uncertainty_ns(self) -> float | None:
        """How far a capture time can be wrong until the next exchange; None before the first. A bound, as in Drift."""
        return None if self._line is None else self._line_error_ns

    def exchanged(self, sent_ns: int, received_us: int, replied_us: int, returned_ns: int) -> None:
        """One request and reply: host times of sending and return, device times of receipt and reply."""
        exchange = Exchange(sent_ns, 1000 * received_us, 1000 * replied_us, returned_ns)
        if exchange.round_trip_ns < 0 or replied_us < received_us:
            return  # an answer to another question: it says nothing
        if self._exchanges and exchange.received_ns < self._exchanges[-1].replied_ns and not self._before_all(exchange):
            return  # overtaken on its way
        if self._agreed(exchange):
            self.in_doubt, self._doubted = False, None
        elif self._doubted is None or exchange.received_ns <= self._doubted.replied_ns:
            self.in_doubt, self._doubted = True, exchange
            return
        else:
            self._learn([self._doubted, exchange])
            self.in_doubt, self._doubted = False, None
        self._draw()

    def host_ns(self, device_us: int, arrived_ns: int) -> int:
        """The host's time of a device time that was reported in something that arrived at `arrived_ns`.

        Never later than the arrival: nothing arrives before it was captured.
        """
        delay_ns = self._arrivals.smallest_ns(arrived_ns - 1000 * device_us, arrived_ns)
        if self._line is None:
            return min(arrived_ns, 1000 * device_us + delay_ns)
        captured_ns = self._line.at(1000 * device_us)
        if captured_ns > arrived_ns + _FUTURE_NS + self._line_error_ns:
            self.in_doubt = True
        return min(arrived_ns, captured_ns)

    def restart(self) -> None:
        """The device's clock began anew."""
        self._learn([])
        self._arrivals.restart()
        self._line = self.drift = self._doubted = None
        self.in_doubt = False

    def _before_all(self, exchange: Exchange) -> bool:
        """The device's clock went back: no delay on the way explains that."""
        return (
            exchange.received_ns < self._exchanges[0].received_ns or exchange.sent_ns > self._exchanges[-1].returned_ns
        )

    def _agreed(self, exchange: Exchange) -> bool:
        """Takes an exchange that goes with the others, or with the newest of them; those it outdates are dropped."""
        if self._exchanges and exchange.received_ns < self._exchanges[-1].replied_ns:
            return False
        keep = len(self._exchanges)
        while not self._corridor.admits(exchange):
            if keep <= _FEWEST:
                self._learn(self._exchanges)
                return False
            keep = max(_FEWEST, keep // 2)
            self._corridor = Corridor(islice(self._exchanges, len(self._exchanges) - keep, None))
        while len(self._exchanges) > keep:
            self._exchanges.popleft()
        self._corridor.add(exchange)
        self._exchanges.append(exchange)
        self._forget_old(exchange.received_ns)
        return True

    def _forget_old(self, now_ns: int) -> None:
        if now_ns - self._exchanges[0].received_ns > _REBUILT_S * 1_000_000_000:
            self._learn([e for e in self._exchanges if now_ns - e.received_ns <= KEPT_S * 1_000_000_000])

    def _learn(self, exchanges: "list[Exchange] | deque[Exchange]") -> None:
        self._exchanges = deque(exchanges)
        self._corridor = Corridor(self._exchanges)

    def _draw(self) -> None:
        """The middle of the corridor is the map; half its width is how far that can be wrong."""
        corridor, newest = self._corridor, self._exchanges[-1].replied_ns
        flat, steep = max(corridor.flattest, 1 - _PLAUSIBLE), min(corridor.steepest, 1 + _PLAUSIBLE)
        if flat > steep:  # no crystal: a simulated device whose time is not the host's
            flat, steep = corridor.flattest, corridor.steepest
        low, high = corridor.below(flat, newest), corridor.above(steep, newest)
        self._line = Line(newest, (low + high) // 2, (flat + steep) / 2)
        self._line_error_ns = (high - low) / 2 + _ASKED_EVERY_NS * (steep - flat) / 2
        over_s = (newest - self._exchanges[0].received_ns) / 1e9
        self.drift = _drift(corridor, over_s) if over_s >= SHORTEST_S else None


def _drift(corridor: Corridor, over_s: float) -> Drift | None:
    """A clock that is faster counts more of its seconds to one of the host's: the slope's inverse."""
    flat, steep = corridor.flattest, corridor.steepest
    if not (isfinite(flat) and isfinite(steep) and flat > 0):
        return None
    slowest, fastest = 1e6 * (1 / steep - 1), 1e6 * (1 / flat - 1)
    return Drift((slowest + fastest) / 2, (fastest - slowest) / 2, over_s)
