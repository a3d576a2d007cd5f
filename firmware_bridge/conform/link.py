"""One opening of a link to the device, and every frame that came through it."""

import asyncio
from dataclasses import dataclass, field

from firmware_bridge.conform.raw_frame import FrameSplitter, RawFrame
from firmware_bridge.transport import Transport
from firmware_bridge.wire import Message, PacketDecoder
from stetho.clock import Clock


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame of the device. message: None where the frame is damaged, unknown or breaks its layout."""

    frame: RawFrame
    message: Message | None
    at_ns: int


@dataclass(slots=True)
class Link:
    """One opening of the link, as a Receiver: what came through it, in order."""

    clock: Clock
    news: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[Heard] = field(default_factory=list)
    bytes_received: int = 0
    lost_because: str | None = None
    transport: Transport | None = None
    _splitter: FrameSplitter = field(default_factory=FrameSplitter)
    _decoder: PacketDecoder = field(default_factory=PacketDecoder)

    def received(self, data: bytes) -> None:
        now_ns = self.clock.monotonic_ns()
        self.bytes_received += len(data)
        for frame in self._splitter.feed(data):
            message = next(self._decoder.feed(frame.encoded + b"\x00"), None)
            self.heard.append(Heard(frame, message, now_ns))
        self.news.set()

    def lost(self, reason: str) -> None:
        self.lost_because = reason
        self.news.set()

    async def close(self) -> None:
        transport, self.transport = self.transport, None
        if transport is not None:
            await transport.close()
