"""What a device still has to send: bounded, whatever the link does."""

from collections import deque
from collections.abc import Iterator

from firmware_bridge.wire import Audio, DeviceMessage, Event, EventKind, TimeReply

_MOST_RESENT_PACKETS = 4096
_MOST_OTHERS = 256
_MOST_URGENT = 16
_WRAP = 0xFFFFFFFF


class Outbox:
    """What can't wait first, then answers and live packets in order, then resent ones.

    Live audio is held up to `capacity_samples`: while the link is busy the oldest of it is dropped, and one OVERFLOW
    event says what went. It can still be asked for again, as long as the ring holds it.
    """

    def __init__(self, capacity_samples: int) -> None:
        self.capacity_samples = capacity_samples
        self._urgent: deque[TimeReply] = deque(maxlen=_MOST_URGENT)
        self._live: deque[DeviceMessage] = deque()
        self._resent: deque[Audio] = deque(maxlen=_MOST_RESENT_PACKETS)
        self._waiting = 0
        self._others = 0

    def put(self, message: DeviceMessage) -> None:
        """Queues a message. A client that floods the device with questions is not answered without end."""
        if isinstance(message, TimeReply):
            self._urgent.append(message)
            return
        if isinstance(message, Audio) and message.resent:
            self._resent.append(message)
            return
        if isinstance(message, Audio):
            self._waiting += message.samples
        elif self._others == _MOST_OTHERS:
            return
        else:
            self._others += 1
        self._live.append(message)
        if self._waiting > self.capacity_samples:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drops the first live packet; the event stands where it stood and grows with each that follows it."""
        index, oldest = next((i, m) for i, m in enumerate(self._live) if isinstance(m, Audio))
        self._waiting -= oldest.samples
        before = self._live[index - 1] if index else None
        if isinstance(before, Event) and before.kind is EventKind.OVERFLOW:
            grown = before.samples + oldest.samples
            self._live[index - 1] = Event(EventKind.OVERFLOW, before.stream_id, before.sample, 0, grown & _WRAP)
            del self._live[index]
        else:
            self._live[index] = Event(EventKind.OVERFLOW, oldest.stream_id, oldest.first_sample, 0, oldest.samples)
            self._others += 1

    def take(self) -> Iterator[DeviceMessage]:
        """Everything that waits, in the order of sending."""
        while self._urgent:
            yield self._urgent.popleft()
        while self._live:
            yield self._live.popleft()
        self._waiting = self._others = 0
        while self._resent:
            yield self._resent.popleft()

    def clear(self) -> None:
        """Forgets everything: the client that it was for is gone."""
        self._urgent.clear()
        self._live.clear()
        self._resent.clear()
        self._waiting = self._others = 0
