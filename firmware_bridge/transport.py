"""What moves bytes to a device and back: the one seam between the protocol and a radio, a wire or a test."""

from typing import Protocol, runtime_checkable


class Receiver(Protocol):
    """Who gets the bytes. Both methods are called on the event loop and never block."""

    def received(self, data: bytes) -> None:
        """Bytes came, in order, cut anywhere."""
        ...

    def lost(self, reason: str) -> None:
        """The link is gone, for good and without `close` having been called; called once at most, and last."""
        ...


class Transport(Protocol):
    """An open link."""

    def write(self, data: bytes) -> None:
        """Hands bytes to the link, in order. Never waits; what is written to a lost link is dropped."""
        ...

    async def close(self) -> None:
        """Lets the link go; the receiver hears nothing after it. Can be called twice."""
        ...


class Opener(Protocol):
    """Knows how to reach one device, again and again."""

    async def open(self, receiver: Receiver) -> Transport:
        """A new link. Raises DeviceNotFoundError, DeviceUnavailableError or DeviceTimeoutError."""
        ...


@runtime_checkable
class Packeted(Protocol):
    """An opener whose links carry packets."""

    @property
    def mtu_bytes(self) -> int | None:
        """How long a packet of the last link may be, its header of three bytes included; None before the first."""
        ...
