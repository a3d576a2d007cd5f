"""What the bridge must know of a product to talk to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from firmware_bridge.wire import Capabilities, Codec, HostMessage, Message, WireStatistics
from stetho.device_uri import DeviceUri


class Decoder(Protocol):
    """Bytes of a product to messages; sans I/O. Any split of the bytes gives the same messages."""

    def feed(self, data: bytes) -> Iterator[Message]: ...

    def statistics(self) -> WireStatistics: ...


@runtime_checkable
class Interpreter(Protocol):
    """A decoder for a product that knows none of our questions: it answers in its place. Sans I/O; time is handed in.

    docs/drivers.md; `plain_stream` is one that most products can use.
    """

    def feed_at(self, data: bytes, now_ns: int) -> Iterator[Message]:
        """Bytes that arrived at now_ns of the host."""
        ...

    def answer(self, message: HostMessage, now_ns: int) -> Iterator[Message]:
        """What the product would say to a message if it knew it."""
        ...

    def statistics(self) -> WireStatistics: ...


@dataclass(frozen=True, slots=True)
class StreamChoice:
    """What a device is asked to send."""

    codec: Codec
    rate_hz: int
    channels: tuple[str, ...]


class Driver(Protocol):
    """One product, or all that speak one protocol."""

    @property
    def name(self) -> str:
        """What `?driver=` and results call it."""
        ...

    @property
    def baud(self) -> int:
        """The serial speed, where the address names none."""
        ...

    def decoder(self) -> Decoder | Interpreter:
        """A fresh decoder for one link."""
        ...

    def encode(self, message: HostMessage) -> bytes:
        """The bytes that say a message to the product; none where it knows no such thing."""
        ...

    def choose(self, capabilities: Capabilities, uri: DeviceUri) -> StreamChoice:
        """What to ask the device for. Raises ConfigError where the address wants what the device can't do."""
        ...
