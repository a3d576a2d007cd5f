"""What a host asks a device again and again: the time, and whether it is there."""

from collections.abc import Callable

from firmware_bridge.clock_map import ClockMap
from firmware_bridge.wire import HostMessage, Ping, TimeReply, TimeRequest

_TIME_NS = 1_000_000_000
_STATE_NS = 500_000_000


class Questions:
    """Keeps the clocks together. The one-a-second question also tells the device that somebody listens (rule S6)."""

    def __init__(self, clocks: ClockMap, send: Callable[[HostMessage], None]) -> None:
        self._clocks = clocks
        self._send = send
        self._token = 0
        self._asked: tuple[int, int] | None = None
        self._time_due_ns = self._state_due_ns = 0

    def ask_time(self, now_ns: int) -> None:
        """Once a second, however often this is called."""
        if now_ns >= self._time_due_ns:
            self._time_due_ns = now_ns + _TIME_NS
            self._asked = (self._next_token(), now_ns)
            self._send(TimeRequest(self._token))

    def answered(self, reply: TimeReply, now_ns: int) -> None:
        """An answer came; only one to the last question counts, and that once."""
        if self._asked is not None and self._asked[0] == reply.token:
            self._clocks.exchanged(self._asked[1], reply.received_us, reply.sent_us, now_ns)
            self._asked = None

    def ask_state(self, now_ns: int) -> None:
        """What the device does, for when nothing comes: twice a second, however often this is called."""
        if now_ns >= self._state_due_ns:
            self._state_due_ns = now_ns + _STATE_NS
            self._next_token()
            self._send(Ping(self._token))

    def _next_token(self) -> int:
        self._token = (self._token + 1) % (1 << 32)
        return self._token
