"""The device's clock by arrival alone: all there is before the first time-sync exchange, or without time sync."""

from collections import deque

_BUCKET_NS = 2_000_000_000
_BUCKETS = 16
"""Half a minute, within which a crystal of 50 ppm drifts 1.6 ms at most."""


class ArrivalDelay:
    """The smallest of the delays, offset of the clocks included, with which audio arrived in the last half minute.

    It errs by the link's fastest delay, always towards a capture time that is too late.
    """

    def __init__(self) -> None:
        self._smallest: deque[tuple[int, int]] = deque(maxlen=_BUCKETS)

    def smallest_ns(self, delay_ns: int, arrived_ns: int) -> int:
        """Takes another arrival's delay; gives the smallest, this one included."""
        bucket = arrived_ns // _BUCKET_NS
        if self._smallest and self._smallest[-1][0] == bucket:
            self._smallest[-1] = (bucket, min(self._smallest[-1][1], delay_ns))
        else:
            self._smallest.append((bucket, delay_ns))
        return min(delay for _, delay in self._smallest)

    def restart(self) -> None:
        """The device's clock began anew."""
        self._smallest.clear()
