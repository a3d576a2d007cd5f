"""An ESP32 with an I2S microphone: streams int16 samples to whoever connects, and numbers nothing."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hw_sim.sound import Pcm

_PACKET_MS = 20


class Esp32Microphone:
    """What a port drives (`PortDevice`). hear(n): the next int16 (n,) of the microphone, fewer at the end.

    drops: how many samples its buffer loses before a packet, by the packet's number; sampling goes on meanwhile.
    """

    def __init__(
        self, hear: Callable[[int], Pcm], rate_hz: int, drops: Mapping[int, int] = MappingProxyType({})
    ) -> None:
        self._hear, self._rate_hz, self._drops = hear, rate_hz, drops
        self._samples = rate_hz * _PACKET_MS // 1000
        self._taken = self._packets = 0
        self._since_us: int | None = None
        self._over = False

    def receive(self, data: bytes, now_us: int) -> None:
        """It listens to nothing."""

    def advance(self, now_us: int) -> None:
        """What the link can't take is lost unheard: nothing of it is numbered."""

    def poll(self, now_us: int) -> bytes:
        """The packets that are due; the first client's connection begins the sound."""
        if self._since_us is None:
            self._since_us = now_us
        sent = b""
        while not self._over and (due := self.due_us) is not None and due <= now_us:
            lost = self._drops.get(self._packets, 0)
            pcm = self._hear(lost + self._samples)
            self._over = len(pcm) < lost + self._samples
            self._taken += len(pcm)
            self._packets += 1
            sent += pcm[lost:].astype("<i2").tobytes()
        return sent

    @property
    def due_us(self) -> int | None:
        """When the next packet's last sample is taken."""
        if self._since_us is None:
            return 0
        if self._over:
            return None
        stop = self._taken + self._drops.get(self._packets, 0) + self._samples
        return self._since_us + stop * 1_000_000 // self._rate_hz

    def link_down(self, now_us: int) -> bool:
        return False

    @property
    def may_vanish(self) -> bool:
        return False

    def taken_over(self) -> bytes:
        return b""

    def client_lost(self) -> None:
        """The next client hears what comes then."""
        self._since_us = None
        self._taken = 0
