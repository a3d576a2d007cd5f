"""The device's memory of what it sent."""

from collections import deque
from collections.abc import Iterator

from firmware_bridge.wire import Audio


class PacketRing:
    """The last packets of a stream, as they were sent: a resend brings the same samples, whatever the codec."""

    def __init__(self, capacity_samples: int) -> None:
        self._capacity = capacity_samples
        self._packets: deque[Audio] = deque()
        self._held = 0
        self._next = 0

    def add(self, packet: Audio) -> None:
        """Remembers a packet and forgets those that the newest `capacity_samples` need not (R1)."""
        self._packets.append(packet)
        self._held += packet.samples
        self._next = packet.first_sample + packet.samples
        self._forget()

    def limit(self, capacity_samples: int) -> None:
        """Holds no more than that from now on."""
        self._capacity = capacity_samples
        self._forget()

    def _forget(self) -> None:
        while self._packets and self._held - self._packets[0].samples >= self._capacity:
            self._held -= self._packets.popleft().samples

    @property
    def oldest_sample(self) -> int:
        """The first sample that is still there; the next one where none is."""
        return self._packets[0].first_sample if self._packets else self._next

    def overlapping(self, start: int, stop: int) -> Iterator[Audio]:
        """Every packet that holds a sample of [start, stop), in order."""
        for packet in self._packets:
            if packet.first_sample < stop and packet.first_sample + packet.samples > start:
                yield packet
