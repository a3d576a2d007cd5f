"""A device on a TCP port: a simulator next door, or a device with a network."""

import asyncio
from ipaddress import ip_address
from typing import Self, cast
from urllib.parse import urlsplit

from firmware_bridge.transport import Receiver
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError, DeviceNotFoundError, DeviceTimeoutError, DeviceUnavailableError

_CONNECT_S = 5.0
_UNSENT_BYTES = 65_536
"""A device that reads nothing does not make us keep more than this; what comes after is dropped."""


class TcpOpener:
    """Reaches one host and port."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    @classmethod
    def of(cls, uri: DeviceUri) -> Self:
        """Raises ConfigError for an address without a port, or on another machine without `?remote=1`."""
        parts = urlsplit(f"//{uri.target}")
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or not port:
            raise ConfigError(f"{uri.text} must name a host and a port, like tcp://127.0.0.1:9000.")
        if not _is_loopback(host) and uri.query.get("remote") != "1":
            raise ConfigError(
                f"{host} is another machine and this link is not encrypted: add ?remote=1 to the address to use it."
            )
        return cls(host, port)

    async def open(self, receiver: Receiver) -> "TcpTransport":
        where = f"{self._host}:{self._port}"
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_S):
                _, transport = await loop.create_connection(lambda: TcpTransport(receiver), self._host, self._port)
        except TimeoutError as error:
            raise DeviceTimeoutError(f"{where} does not answer: check the address and the network.") from error
        except PermissionError as error:
            raise DeviceUnavailableError(
                f"This system does not allow a connection to {where}.", reason="permission"
            ) from error
        except OSError as error:
            raise DeviceNotFoundError(f"Nothing listens at {where}: start the device, or check the address.") from error
        return transport


class TcpTransport(asyncio.Protocol):
    """An open connection."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver: Receiver | None = receiver
        self._stream: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._stream = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._receiver is not None:
            self._receiver.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.lost(str(exc) if exc else "the other side closed the connection")

    def write(self, data: bytes) -> None:
        if self._stream is not None and self._stream.get_write_buffer_size() < _UNSENT_BYTES:
            self._stream.write(data)

    async def close(self) -> None:
        self._receiver = None
        if self._stream is not None:
            self._stream.close()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
