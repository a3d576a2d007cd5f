"""bleak's client, on a simulated radio."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError
from bumble.core import BaseBumbleError, PhysicalTransport
from bumble.device import Connection, Device, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy
from bumble.hci import Address

from hw_sim.radio.uuid_text import uuid_text

_LARGEST_MTU_BYTES = 517
_HEADER_BYTES = 3
_Properties = Characteristic.Properties
_PROPERTIES: tuple[tuple[_Properties, CharacteristicPropertyName], ...] = (
    (_Properties.READ, "read"),
    (_Properties.WRITE_WITHOUT_RESPONSE, "write-without-response"),
    (_Properties.WRITE, "write"),
    (_Properties.NOTIFY, "notify"),
    (_Properties.INDICATE, "indicate"),
)


class SimulatedClient(BaseBleakClient):
    """`BleakClient(..., backend=SimulatedClient, central=device)`; `central` is the radio that connects."""

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        central: Device,
        **_others: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._central = central
        self._name = address_or_ble_device.name if isinstance(address_or_ble_device, BLEDevice) else None
        self._connection: Connection | None = None
        self._subscribed: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        return self._name or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        return self._open().att_mtu

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    # -- the connection

    async def connect(self, pair: bool, **_others: Any) -> None:
        address = Address(self.address, Address.RANDOM_DEVICE_ADDRESS)
        try:
            connection = await self._central.connect(address, transport=PhysicalTransport.LE, timeout=self._timeout)
        except TimeoutError as error:
            raise BleakDeviceNotFoundError(self.address, f"{self.address} was not found") from error
        except BaseBumbleError as error:
            raise BleakError(str(error)) from error
        self._connection = connection
        connection.once(Connection.EVENT_DISCONNECTION, self._disconnected)
        async with self._asking():
            peer = Peer(connection)
            await peer.request_mtu(_LARGEST_MTU_BYTES)
            await peer.discover_all()  # type: ignore[no-untyped-call]  # bumble leaves this one without types
            self.services = _services_of(peer, self._writable_bytes)

    async def disconnect(self) -> None:
        if self._connection is not None:
            async with self._asking():
                await self._connection.disconnect()

    def _disconnected(self, _reason: int) -> None:
        self._connection = self.services = None
        self._subscribed.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    def _writable_bytes(self) -> int:
        return self._connection.att_mtu - _HEADER_BYTES if self._connection is not None else 0

    def _open(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        async with self._asking():
            await self._open().pair()

    async def unpair(self) -> None:
        raise NotImplementedError("a simulated radio keeps no keys")

    # -- what is asked of the device

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_others: Any
    ) -> bytearray:
        async with self._asking():
            return bytearray(await characteristic.obj.read_value())

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_others: Any
    ) -> bytearray:
        async with self._asking():
            return bytearray(await descriptor.obj.read_value())

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        async with self._asking():
            await characteristic.obj.write_value(bytes(data), with_response=response)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        async with self._asking():
            await descriptor.obj.write_value(bytes(data), with_response=True)

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_others: Any
    ) -> None:
        def notified(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribed[characteristic.handle] = notified
        async with self._asking():
            await characteristic.obj.subscribe(notified)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        async with self._asking():
            await characteristic.obj.unsubscribe(self._subscribed.pop(characteristic.handle))

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Of an open connection; bumble's errors become bleak's."""
        self._open()
        try:
            yield
        except BaseBumbleError as error:
            raise BleakError(str(error)) from error


def _services_of(peer: Peer, writable_bytes: Callable[[], int]) -> BleakGATTServiceCollection:
    found = BleakGATTServiceCollection()
    for service in peer.services:
        known = BleakGATTService(service, service.handle, uuid_text(service.uuid))
        found.add_service(known)
        for its in service.characteristics:
            characteristic = BleakGATTCharacteristic(
                its, its.handle, uuid_text(its.uuid), _properties_of(its), writable_bytes, known
            )
            found.add_characteristic(characteristic)
            for descriptor in its.descriptors:
                found.add_descriptor(
                    BleakGATTDescriptor(descriptor, descriptor.handle, uuid_text(descriptor.type), characteristic)
                )
    return found


def _properties_of(characteristic: "CharacteristicProxy[bytes]") -> list[CharacteristicPropertyName]:
    return [name for bit, name in _PROPERTIES if characteristic.properties & bit]
