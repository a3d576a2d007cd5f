"""Reaches one device over Bluetooth LE, again and again."""

import asyncio
from collections.abc import Callable

from bleak import BleakClient

from firmware_bridge.ble.gatt import PREFERRED
from firmware_bridge.ble.link import BleLink, let_go
from firmware_bridge.ble.radio import Radio, SystemRadio
from firmware_bridge.ble.scan import Scan, Sighting, system_scan
from firmware_bridge.ble.why import no_link
from firmware_bridge.transport import Receiver
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError, ConnectionLostError, DeviceError, DeviceTimeoutError, DeviceUnavailableError

_FIND_S = 6.0
_CONNECT_S = 10.0
_TRIES = 3
_PAUSE_S = 0.3
_ATT_HEADER_BYTES = 3


class BleOpener:
    """Looks for the device anew before each attempt, and connects with a new client: an old one may hang (bleak#1432).

    scan: makes the radio's one scan, on the event loop. mtu_bytes: of the last link, None before the first.
    """

    def __init__(self, address: str, radio: Radio, scan: Callable[[], Scan]) -> None:
        self._address = address
        self._radio = radio
        self._scan = scan
        self.mtu_bytes: int | None = None

    @classmethod
    def of(cls, uri: DeviceUri) -> "BleOpener":
        """`ble://F0:5E:00:00:00:07`, or the id that macOS gives. Raises ConfigError for an address that names none."""
        if not uri.target:
            raise ConfigError(
                f"{uri.text} names no device; write one like ble://F0:5E:00:00:00:07, or see `stetho devices`."
            )
        radio = SystemRadio()
        return cls(uri.target, radio, lambda: system_scan(radio))

    async def open(self, receiver: Receiver) -> BleLink:
        """A link that broke while it was made is made again, twice. Also raises ConnectionLostError."""
        for _ in range(_TRIES - 1):
            try:
                return await self._attempt(receiver)
            except ConnectionLostError:
                await asyncio.sleep(_PAUSE_S)
        return await self._attempt(receiver)

    async def _attempt(self, receiver: Receiver) -> BleLink:
        sighting = await self._scan().find(self._address, _FIND_S)
        link = BleLink(receiver)
        client = self._radio.client(sighting.device, link.disconnected)
        try:
            async with asyncio.timeout(_CONNECT_S):
                await client.connect()
                await self._subscribe(client, link, sighting)
        except BaseException as error:
            await let_go(client)
            if isinstance(error, TimeoutError):
                raise DeviceTimeoutError(
                    f"{self._address} was heard and does not connect: switch it off and on again."
                ) from error
            if isinstance(error, DeviceError) or not isinstance(error, Exception):
                raise
            raise no_link(self._address, error) from error
        return link

    async def _subscribe(self, client: BleakClient, link: BleLink, sighting: Sighting) -> None:
        for service in PREFERRED:
            from_device = client.services.get_characteristic(service.from_device)
            to_device = client.services.get_characteristic(service.to_device)
            if from_device is not None and to_device is not None:
                await client.start_notify(from_device, link.notified)
                if not client.is_connected:
                    raise ConnectionLostError(f"{self._address} went away while the link was made: bring it closer.")
                self.mtu_bytes = to_device.max_write_without_response_size + _ATT_HEADER_BYTES
                link.begin(client, to_device)
                return
        raise DeviceUnavailableError(
            f"{sighting.name or self._address} is no stethoscope that stetho knows: see `stetho devices`.",
            reason="protocol",
        )
