"""A device of a few lines: says what a test tells it to, over any link. The real state machine is hw_sim's."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
import pytest

from firmware_bridge import wire
from firmware_bridge.wire import pcm16

PACKET = 80


def pcm(samples: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(-20_000, 20_000, samples).astype(np.int16)


def audio(sound: np.ndarray, start: int, n: int, stream_id: int = 7, *, resent: bool = False) -> wire.Audio:
    payload = pcm16.encode(sound[None, start : start + n])
    time_us = 5_000_000 + start * 250
    return wire.Audio(stream_id, start // PACKET, start % (1 << 32), n, wire.Codec.PCM16, 1, time_us, payload, resent)


CAPABILITIES = wire.Capabilities(
    nonce=0,
    product="Scripted",
    hardware="A",
    firmware="1.0.0",
    serial_number="T-1",
    rates_hz=(4000,),
    features=wire.Feature.SIMULATED | wire.Feature.BATTERY | wire.Feature.TIME_SYNC,
    ring_samples=40_000,
)


@dataclass
class ScriptedDevice:
    """Answers like a device; streams `sound` when started, as fast as asked, and loses the packets in `lose`.

    `script` sees each message first and says whether that was the answer; messages of a kind in `hush` go nowhere.
    """

    sound: np.ndarray = field(default_factory=lambda: pcm(8000))
    capabilities: wire.Capabilities = CAPABILITIES
    lose: frozenset[int] = frozenset()
    packet_s: float = 0.0
    silent_after: int | None = None
    script: Callable[["ScriptedDevice", wire.Message], bool] = lambda device, message: False
    hush: tuple[type, ...] = ()
    break_after: int | None = None
    sent: int = 0
    stream_id: int = 0
    heard: list = field(default_factory=list)

    def __post_init__(self):
        self.decoder = wire.PacketDecoder()
        self.task = None
        self.write = None
        self.hang_up = None

    def attach(self, write, hang_up):
        self.write, self.hang_up = write, hang_up

    def say(self, message, version=wire.VERSION):
        if not isinstance(message, self.hush):
            self.write(wire.encode(message, version))

    def received(self, data: bytes) -> None:
        for message in self.decoder.feed(data):
            self.heard.append(message)
            if not self.script(self, message):
                self.answer(message)

    def answer(self, message) -> None:
        match message:
            case wire.Hello():
                self.stop()
                self.say(wire.Battery(81))
                self.say(replace(self.capabilities, nonce=message.nonce))
            case wire.Start():
                if message.stream_id != self.stream_id:
                    self.stream_id, self.sent = message.stream_id, 0
                started = wire.Started(
                    self.stream_id, message.codec, message.channels, message.rate_hz, self.sent, 0, 5_000_000
                )
                self.say(started)
                self.stop()
                self.task = asyncio.get_running_loop().create_task(self.stream())
            case wire.ResendRequest():
                self.resend(message.first_sample, message.samples)
            case wire.TimeRequest():
                self.say(wire.TimeReply(message.token, 5_000_000, 5_000_001))
            case wire.Stop():
                self.stop()
                self.say(wire.Stopped(self.stream_id, wire.StopReason.REQUESTED, self.sent))

    def resend(self, first: int, samples: int) -> None:
        for start in range(first, min(first + samples, self.sent), PACKET):
            n = min(PACKET, first + samples - start, self.sent - start)
            self.say(audio(self.sound, start, n, self.stream_id, resent=True))

    async def stream(self) -> None:
        for start in range(self.sent, len(self.sound), PACKET):
            if start == self.silent_after:
                return
            if start == self.break_after:
                self.break_after = None
                self.sent += 20 * PACKET
                self.hang_up()
                return
            n = min(PACKET, len(self.sound) - start)
            self.sent = start + n
            if start not in self.lose:
                self.say(audio(self.sound, start, n, self.stream_id))
            await asyncio.sleep(self.packet_s)
        self.say(wire.Stopped(self.stream_id, wire.StopReason.ENDED, len(self.sound)))

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()


class MemoryOpener:
    """A link to a ScriptedDevice without an operating system between."""

    def __init__(self, device) -> None:
        self.device = device

    async def open(self, receiver):
        link = MemoryLink(self.device, receiver)
        self.device.attach(link.from_device, link.hang_up)
        return link


class MemoryLink:
    def __init__(self, device, receiver):
        self.device, self.receiver = device, receiver

    def from_device(self, data):
        asyncio.get_running_loop().call_soon(lambda: self.receiver and self.receiver.received(data))

    def hang_up(self):
        receiver, self.receiver = self.receiver, None
        receiver.lost("unplugged")

    def write(self, data):
        if self.receiver:
            asyncio.get_running_loop().call_soon(self.device.received, data)

    async def close(self):
        self.receiver = None
        self.device.stop()


@pytest.fixture(scope="session")
def rig():
    """What tests of the bridge build their devices and packets from."""
    return SimpleNamespace(
        Device=ScriptedDevice, MemoryOpener=MemoryOpener, audio=audio, pcm=pcm, capabilities=CAPABILITIES, packet=PACKET
    )
