"""How many samples are missing in a stream that numbers nothing: what the clock can tell, and no more."""

_NS = 1_000_000_000
_WINDOW_NS = 1_000_000_000
_LEAST_NS = 60_000_000
"""Less can't be told from a link that became slower, or from a rate that is not quite the one it should be."""


class LossByClock:
    """Compares the least delayed packet of each second with that of the second before.

    A link that stood still catches up, and what was lost never does: then the samples come later from there on, for
    good. So a loss is placed up to a second after it happened, and one below 60 ms is not seen.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._usual_ns: int | None = None
        self._least_ns = 0
        self._since_ns: int | None = None

    def missing_before(self, first: int, samples: int, now_ns: int) -> int:
        """Samples first .. first + samples - 1, lost ones counted, arrived at now_ns. How many went before them."""
        delay_ns = now_ns - (first + samples) * _NS // self._rate_hz
        if self._since_ns is None:
            self._since_ns, self._least_ns = now_ns, delay_ns
            return 0
        if now_ns - self._since_ns < _WINDOW_NS:
            self._least_ns = min(self._least_ns, delay_ns)
            return 0
        late_ns = 0 if self._usual_ns is None else self._least_ns - self._usual_ns
        lost = late_ns * self._rate_hz // _NS if late_ns >= _LEAST_NS else 0
        if not lost:
            self._usual_ns = self._least_ns
        self._since_ns, self._least_ns = now_ns, delay_ns - lost * _NS // self._rate_hz
        return lost
