"""The device's clock in terms of the host's."""

from collections import deque
from dataclasses import dataclass

_KEPT = 32
"""Exchanges looked at: at one a second, half a minute, within which a crystal of 50 ppm drifts 1.6 ms at most."""

_BUCKET_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class _Exchange:
    round_trip_ns: int
    offset_ns: int


class ClockMap:
    """Maps device time to the host's monotonic time by an offset.

    After a time-sync exchange: the offset of the one with the smallest round trip among the last 32, where host and
    device middle coincide (Cristian, "Probabilistic clock synchronization", Distributed Computing 3, 1989). Before
    one: the smallest delay with which audio arrived in the last half minute; it errs by the link's fastest delay.
    """

    def __init__(self) -> None:
        self._exchanges: deque[_Exchange] = deque(maxlen=_KEPT)
        self._delays: deque[tuple[int, int]] = deque(maxlen=_KEPT // 2)
        self._best: _Exchange | None = None

    def exchanged(self, sent_ns: int, received_us: int, replied_us: int, returned_ns: int) -> None:
        """One request and reply: host times of sending and return, device times of receipt and reply."""
        round_trip_ns = returned_ns - sent_ns - 1000 * (replied_us - received_us)
        if round_trip_ns < 0:
            return  # an answer to another question, or a device clock that jumps: no estimate is better
        offset_ns = (sent_ns + returned_ns) // 2 - 500 * (received_us + replied_us)
        self._exchanges.append(_Exchange(round_trip_ns, offset_ns))
        self._best = min(self._exchanges, key=lambda exchange: exchange.round_trip_ns)

    def host_ns(self, device_us: int, arrived_ns: int) -> int:
        """The host's time of a device time that was reported in something that arrived at `arrived_ns`.

        Never later than the arrival: nothing arrives before it was captured.
        """
        if self._best is not None:
            return min(arrived_ns, 1000 * device_us + self._best.offset_ns)
        return min(arrived_ns, 1000 * device_us + self._smallest_delay_ns(arrived_ns - 1000 * device_us, arrived_ns))

    def _smallest_delay_ns(self, delay_ns: int, arrived_ns: int) -> int:
        bucket = arrived_ns // _BUCKET_NS
        if self._delays and self._delays[-1][0] == bucket:
            self._delays[-1] = (bucket, min(self._delays[-1][1], delay_ns))
        else:
            self._delays.append((bucket, delay_ns))
        return min(delay for _, delay in self._delays)

    def restart(self) -> None:
        """The device's clock began anew."""
        self._exchanges.clear()
        self._delays.clear()
        self._best = None
