"""What a host asks a device again and again: the time, and whether it is there."""

from collections.abc import Callable

from firmware_bridge.clock_map import ClockMap
from firmware_bridge.wire import HostMessage, Ping, TimeReply, TimeRequest

_TIME_NS = 1_000_000_000
_SOON_NS = 100_000_000
_SOON = 8
"""So many questions follow each other quickly where nothing is known of the device's clock, or what is known fails."""

_OPEN_AT_MOST = 16
_STATE_NS = 500_000_000


class Questions:
    """Keeps the clocks together. The one-a-second question also tells the device that somebody listens (rule S6)."""

    def __init__(self, clocks: ClockMap, send: Callable[[HostMessage], None]) -> None:
        self._clocks = clocks
        self._send = send
        self._token = 0
        self._asked: dict[int, int] = {}
        self._soon = _SOON
        self._time_due_ns = self._state_due_ns = 0

    def ask_time(self, now_ns: int) -> None:
        """Once a second, ten times as often at first and in doubt, however often this is called."""
        if self._clocks.in_doubt and not self._soon:
            self._soon = _SOON
            self._time_due_ns = min(self._time_due_ns, now_ns + _SOON_NS)
        if now_ns >= self._time_due_ns:
            self._time_due_ns = now_ns + (_SOON_NS if self._soon else _TIME_NS)
            self._soon = max(0, self._soon - 1)
            self._asked[self._next_token()] = now_ns
            while len(self._asked) > _OPEN_AT_MOST:
                del self._asked[next(iter(self._asked))]
            self._send(TimeRequest(self._token))

    def answered(self, reply: TimeReply, now_ns: int) -> None:
        """An answer came: the first one to a question counts."""
        asked_ns = self._asked.pop(reply.token, None)
        if asked_ns is not None:
            self._clocks.exchanged(asked_ns, reply.received_us, reply.sent_us, now_ns)

    def restart(self) -> None:
        """The device's clock began anew: no answer to an earlier question counts."""
        self._asked.clear()
        self._soon = _SOON
        self._time_due_ns = 0

    def ask_state(self, now_ns: int) -> None:
        """What the device does, for when nothing comes: twice a second, however often this is called."""
        if now_ns >= self._state_due_ns:
            self._state_due_ns = now_ns + _STATE_NS
            self._next_token()
            self._send(Ping(self._token))

    def _next_token(self) -> int:
        self._token = (self._token + 1) % (1 << 32)
        return self._token
