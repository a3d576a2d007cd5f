"""A simulated device that keeps every rule but those that it is made to break."""

from dataclasses import replace

from firmware_bridge.conform.raw_frame import FrameSplitter, RawFrame
from firmware_bridge.wire import ForeignVersion, PacketDecoder, encode
from hw_sim.device import Device
from hw_sim.recipe import Recipe


class Mutant(Device):
    """A simulated device with a wrong ear (`hears`, and `hears_frame` for what is no message) or mouth (`says`).

    Both give bytes: what the firmware gets instead, what the host gets instead. rules: what it breaks.
    """

    rules: frozenset[str] = frozenset()
    ring_s = 30.0

    def __init__(self) -> None:
        made = Recipe("clear", 3).device()
        super().__init__(replace(made.identity, ring_s=self.ring_s), made.programme)
        self._ear, self._mouth, self._decoder = FrameSplitter(), FrameSplitter(), PacketDecoder()
        self._later: list[tuple[int, bytes]] = []
        self.at_us, self.dead = 0, False

    def __init_subclass__(cls, breaks: str = "") -> None:
        cls.rules = frozenset(breaks.split())

    def receive(self, data, now_us):
        self.at_us = now_us
        if not self.dead:
            super().receive(b"".join(map(self.hears_frame, self._ear.feed(data))), now_us)

    def poll(self, now_us):
        self.at_us = now_us
        out = b"".join(map(self.says_frame, self._mouth.feed(super().poll(now_us))))
        self._later, due = (
            [one for one in self._later if one[0] > now_us],
            [one[1] for one in self._later if one[0] <= now_us],
        )
        return b"" if self.dead else out + b"".join(due)

    @property
    def due_us(self):
        times = [super().due_us, *(at_us for at_us, _ in self._later)]
        return min((at_us for at_us in times if at_us is not None), default=None)

    def _message(self, frame: RawFrame):
        return next(self._decoder.feed(frame.encoded + b"\x00"), None)

    def hears_frame(self, frame: RawFrame) -> bytes:
        message = self._message(frame)
        return (
            frame.encoded + b"\x00" if message is None or isinstance(message, ForeignVersion) else self.hears(message)
        )

    def says_frame(self, frame: RawFrame) -> bytes:
        message = self._message(frame)
        assert message is not None
        return self.says(message)

    def hears(self, message) -> bytes:
        return encode(message)

    def says(self, message) -> bytes:
        return encode(message)

    def later(self, message, seconds: float) -> bytes:
        self._later.append((self.at_us + int(seconds * 1e6), encode(message)))
        return b""

    def tell(self, message) -> bytes:
        """Says it in place of the firmware, which hears nothing."""
        return self.later(message, 0)
