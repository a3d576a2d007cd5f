"""What every port of a simulated device is."""

from types import TracebackType
from typing import Protocol


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
