"""A simulated device on a TCP port of this machine."""

import asyncio
from types import TracebackType
from typing import cast

from hw_sim.pace import Pace
from hw_sim.ports.port import PortDevice
from hw_sim.ports.running import RunningPump
from hw_sim.pump import Pump
from stetho.errors import ConfigError

_HIGH_WATER_BYTES = 65_536
_MOST_CLIENTS = 16


class TcpPort:
    """Listens on 127.0.0.1 (port 0: any free one). It serves one client: a new one that speaks takes over."""

    def __init__(self, device: PortDevice, pace: Pace, port: int = 0, host: str = "127.0.0.1") -> None:
        self._device, self._pace = device, pace
        self._host, self._port = host, port
        self._clients: set[_Client] = set()
        self._client: _Client | None = None

    @property
    def address(self) -> str:
        return f"tcp://{self._host}:{self._port}"

    async def __aenter__(self) -> "TcpPort":
        loop = asyncio.get_running_loop()
        self._pump = Pump(self._device, self, self._pace)
        try:
            self._server = await loop.create_server(lambda: _Client(self), self._host, self._port)
        except OSError as error:
            raise ConfigError(f"TCP port {self._port} can't be used ({error.strerror}); try --port tcp:0.") from None
        self._port = self._server.sockets[0].getsockname()[1]
        self._running = RunningPump(self._pump)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.end()
        self._server.close()
        for client in tuple(self._clients):
            client.drop()
        await self._server.wait_closed()

    # -- the clients

    def connected(self, client: "_Client") -> None:
        """A client came; until it says something, the one before it keeps the device."""
        if self._device.link_down(self._pace.now_us()) or len(self._clients) >= _MOST_CLIENTS:
            client.drop()
        else:
            self._clients.add(client)

    def disconnected(self, client: "_Client") -> None:
        """A client went."""
        self._clients.discard(client)
        if client is self._client:
            self._client = None
            self._device.client_lost()

    def received(self, client: "_Client", data: bytes) -> None:
        """Bytes of a client: the first of a new one make it the device's only one."""
        if client is not self._client:
            if self._client is not None:
                self._client.end(self._device.taken_over())
            self._client = client
        self._pump.received(data)

    def wake(self) -> None:
        """The client takes bytes again."""
        self._pump.wake()

    # -- the pump's outlet

    def ready(self) -> bool:
        if self._client is not None and self._device.link_down(self._pace.now_us()):
            self._client.drop()
            self.disconnected(self._client)
        return self._client is None or self._client.writable

    def write(self, data: bytes) -> None:
        if self._client is not None:
            self._client.send(data)


class _Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, port: TcpPort) -> None:
        self._owner = port
        self._transport: asyncio.Transport | None = None
        self._ended = False
        self.writable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # of a TCP server it always is
        self._transport.set_write_buffer_limits(_HIGH_WATER_BYTES)
        self._owner.connected(self)

    def data_received(self, data: bytes) -> None:
        if not self._ended:
            self._owner.received(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.disconnected(self)

    def pause_writing(self) -> None:
        self.writable = False

    def resume_writing(self) -> None:
        self.writable = True
        self._owner.wake()

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def end(self, last: bytes) -> None:
        """Says the last bytes, and closes the connection when they are on their way."""
        self._ended = True
        self.send(last)
        if self._transport is not None:
            self._transport.close()

    def drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()
