"""An open link over Bluetooth LE: a Transport."""

import asyncio
import contextlib
from collections import deque

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from firmware_bridge.ble.gatt import packet_bytes
from firmware_bridge.transport import Receiver

_WRITE_S = 2.0
_FLUSH_S = 0.2
_DISCONNECT_S = 3.0
_UNSENT_BYTES = 65_536
"""A device that takes nothing does not make us keep more than this; what comes after is dropped."""


class BleLink:
    """Gives the receiver what the device notifies, in order, and writes without response, in packets as long as go."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver: Receiver | None = receiver
        self._client: BleakClient | None = None
        self._unsent: deque[bytes] = deque()
        self._unsent_bytes = 0
        self._something = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._writer: asyncio.Task[None] | None = None

    def begin(self, client: BleakClient, to_device: BleakGATTCharacteristic) -> None:
        """The link is made: what is written goes out from now on."""
        self._client = client
        self._writer = asyncio.create_task(self._write(client, to_device), name="stetho-ble-write")

    # -- what bleak calls, on the event loop

    def notified(self, _characteristic: BleakGATTCharacteristic, data: bytearray) -> None:
        if self._receiver is not None:
            self._receiver.received(bytes(data))

    def disconnected(self, _client: BleakClient) -> None:
        if self._client is not None:  # before that, who makes the link sees it, and tries again
            self._lost("the device disconnected or went out of reach")

    # -- Transport

    def write(self, data: bytes) -> None:
        if self._receiver is None or self._unsent_bytes + len(data) > _UNSENT_BYTES:
            return
        self._unsent.append(data)
        self._unsent_bytes += len(data)
        self._all_sent.clear()
        self._something.set()

    async def close(self) -> None:
        self._receiver = None
        writer, self._writer = self._writer, None
        client, self._client = self._client, None
        if writer is not None:
            if client is not None and client.is_connected:  # the last thing said is STOP: it gets a moment to go out
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_FLUSH_S):
                        await self._all_sent.wait()
            writer.cancel()
            await asyncio.wait((writer,))
        if client is not None:
            await let_go(client)

    async def _write(self, client: BleakClient, to_device: BleakGATTCharacteristic) -> None:
        try:
            while True:
                await self._something.wait()
                self._something.clear()
                unsent = b"".join(self._unsent)
                self._unsent.clear()
                self._unsent_bytes = 0
                while unsent:
                    size = packet_bytes(to_device.max_write_without_response_size)
                    async with asyncio.timeout(_WRITE_S):
                        await client.write_gatt_char(to_device, unsent[:size], response=False)
                    unsent = unsent[size:]
                if not self._unsent:
                    self._all_sent.set()
        except Exception as error:  # noqa: BLE001  # a link lost in mid-call wears any exception, bleak's or not
            self._lost(f"it takes nothing any more ({type(error).__name__})")

    def _lost(self, reason: str) -> None:
        receiver, self._receiver = self._receiver, None
        self._all_sent.set()
        if receiver is not None:
            receiver.lost(reason)


async def let_go(client: BleakClient) -> None:
    """Disconnects, whatever became of the link; takes three seconds at most."""
    with contextlib.suppress(Exception):  # of a link that is gone already, or a radio that was pulled out
        async with asyncio.timeout(_DISCONNECT_S):
            await client.disconnect()
