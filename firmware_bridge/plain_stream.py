"""A product that sends samples and knows none of our questions: what a driver says of it, and who answers for it.

Most products are like that. Their driver turns bytes into `Block`s; HELLO, START and STOP are answered here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from firmware_bridge.driver import StreamChoice
from firmware_bridge.loss_by_clock import LossByClock
from firmware_bridge.wire import (
    Audio,
    Capabilities,
    Codec,
    DeviceState,
    Hello,
    HostMessage,
    Message,
    Ping,
    Pong,
    Start,
    Started,
    Stop,
    Stopped,
    StopReason,
    WireStatistics,
)
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError

ON_A_SIMULATOR = "driver tested against a simulator of its protocol, not on hardware"
ON_HARDWARE = "driver tested on hardware"

_WIRE = 1 << 32


@dataclass(frozen=True, slots=True)
class Block:
    """The next samples. pcm: int16 (n,). lost_before: how many were lost between the last block and this one.

    None where the product's bytes can't tell: then the clock does, as well as it can (`LossByClock`).
    """

    pcm: npt.NDArray[np.int16]
    lost_before: int | None = 0


class Reader(Protocol):
    """Bytes of one link to blocks. Any split of the bytes gives the same samples; noise is counted, never raised."""

    damaged: int
    """How many pieces were refused."""

    def feed(self, data: bytes) -> Iterator[Block]: ...


class PlainDriver:
    """A Driver for such a product: a subclass says what is the product's own.

    product: what users read. rates_hz: those it has, the usual one first. tested: on what the driver was tested.
    """

    name = ""
    product = ""
    rates_hz: tuple[int, ...] = ()
    baud = 115_200
    tested = ON_A_SIMULATOR

    def reader(self) -> Reader:
        """A fresh reader for one link."""
        raise NotImplementedError

    def start(self, rate_hz: int) -> bytes:
        """The bytes that make it stream; none where it does so by itself."""
        return b""

    def stop(self) -> bytes:
        """The bytes that end that."""
        return b""

    def decoder(self) -> "PlainStream":
        return PlainStream(self)

    def encode(self, message: HostMessage) -> bytes:
        match message:
            case Start():
                return self.start(message.rate_hz)
            case Stop():
                return self.stop()
            case _:
                return b""

    def choose(self, capabilities: Capabilities, uri: DeviceUri) -> StreamChoice:
        rate_hz = uri.integer("rate", self.rates_hz[0])
        if rate_hz not in self.rates_hz:
            offered = ", ".join(map(str, self.rates_hz))
            raise ConfigError(f"{self.product} does not sample at {rate_hz} Hz; it offers {offered}.")
        return StreamChoice(Codec.PCM16, rate_hz, capabilities.channels)


class PlainStream:
    """One link to such a product, as an `Interpreter`: index, time and answers are made here."""

    def __init__(self, driver: PlainDriver) -> None:
        self._driver = driver
        self._reader = driver.reader()
        self._start: Start | None = None
        self._clock: LossByClock | None = None
        self._next = self._packets = self._bytes = 0

    def feed_at(self, data: bytes, now_ns: int) -> Iterator[Message]:
        """Bytes that arrived at now_ns; what comes before START is read and not kept."""
        self._bytes += len(data)
        for block in self._reader.feed(data):
            if self._start is not None and block.pcm.size:
                yield self._audio(block, self._start, now_ns)

    def answer(self, message: HostMessage, now_ns: int) -> Iterator[Message]:
        """What the product would say to a message of ours if it knew it."""
        match message:
            case Hello():
                yield self._capabilities(message.nonce)
            case Start():
                self._start, self._clock = message, LossByClock(message.rate_hz)
                self._next = self._packets = 0
                yield Started(message.stream_id, message.codec, message.channels, message.rate_hz, 0, 0, 0)
            case Stop() if self._start is not None:
                self._start = None
                yield Stopped(message.stream_id, StopReason.REQUESTED, self._next % _WIRE)
            case Ping():
                yield self._state(message.token)
            case _:
                return

    def statistics(self) -> WireStatistics:
        return WireStatistics(bytes_received=self._bytes, frames_damaged=self._reader.damaged)

    def _audio(self, block: Block, start: Start, now_ns: int) -> Audio:
        lost = block.lost_before
        if lost is None and self._clock is not None:
            lost = self._clock.missing_before(self._next, block.pcm.size, now_ns)
        first = self._next + (lost or 0)
        self._next = first + block.pcm.size
        payload = block.pcm.astype("<i2", copy=False).tobytes()
        sequence, self._packets = self._packets, self._packets + 1
        time_us = first * 1_000_000 // start.rate_hz
        n = block.pcm.size
        return Audio(start.stream_id, sequence % _WIRE, first % _WIRE, n, Codec.PCM16, 1, time_us, payload)

    def _capabilities(self, nonce: int) -> Capabilities:
        driver = self._driver
        return Capabilities(nonce, f"{driver.product} ({driver.tested})", "-", "-", "-", driver.rates_hz)

    def _state(self, token: int) -> Pong:
        if self._start is None:
            return Pong(token, DeviceState.IDLE, 0, 0)
        return Pong(token, DeviceState.STREAMING, self._start.stream_id, self._next % _WIRE)
