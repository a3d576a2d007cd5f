"""What every port of a simulated device is."""

from types import TracebackType
from typing import Protocol


class PortDevice(Protocol):
    """What a port drives: bytes and time in, bytes out. Times are in microseconds, and never go back."""

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host."""
        ...

    def advance(self, now_us: int) -> None:
        """Time goes on while the link can't take anything."""
        ...

    def poll(self, now_us: int) -> bytes:
        """Time goes on; what is to be sent by now."""
        ...

    @property
    def due_us(self) -> int | None:
        """When `poll` has something new; None while it is the host's turn."""
        ...

    def link_down(self, now_us: int) -> bool:
        """Whether the link is gone."""
        ...

    @property
    def may_vanish(self) -> bool:
        """Whether the link may ever be gone."""
        ...

    def taken_over(self) -> bytes:
        """Another client comes: the last bytes for the one that has to go."""
        ...

    def client_lost(self) -> None:
        """The port says that the client is gone."""
        ...


class Port(Protocol):
    """A place where a client finds the device: entered, it runs; left, it is gone."""

    @property
    def address(self) -> str:
        """The device's URI, known once entered."""
        ...

    async def __aenter__(self) -> "Port": ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
