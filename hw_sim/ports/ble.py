"""A simulated device as a peripheral of a simulated radio: the GATT services of docs/protocol.md."""

import asyncio
import zlib
from collections import deque
from types import TracebackType

from bumble.core import UUID, AdvertisingData
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address

from firmware_bridge.ble.gatt import STETHO, FrameService, packet_bytes
from hw_sim.identity import Identity
from hw_sim.pace import Pace
from hw_sim.ports.port import PortDevice
from hw_sim.ports.running import RunningPump
from hw_sim.pump import Pump
from hw_sim.radio.air import Air
from hw_sim.radio.charge import Charge

_ADVERTISED_EVERY_MS = 20.0
_WAITING_PACKETS = 16
_MTU_BYTES = 247  # what fills one packet of the link layer with its length extended, and what most firmware asks for
_HEADER_BYTES = 3
_SHORT_NAME_BYTES = 8  # what flags and a UUID leave of the 31 bytes of an advertisement
_Properties, _Permissions = Characteristic.Properties, Characteristic.Permissions


class BlePort:
    """Advertises until a central connects, and again when that is gone. It serves one central at a time.

    What the link does not take at once is kept up to one `poll`'s worth; beyond that the device's own bounded queue
    drops and says so. service: the one that carries its frames.
    """

    def __init__(
        self, device: PortDevice, pace: Pace, air: Air, identity: Identity, service: FrameService = STETHO
    ) -> None:
        self._device, self._pace, self._air = device, pace, air
        self._identity, self._service = identity, service
        self._connection: Connection | None = None
        self._packets: deque[bytes] = deque()
        self._something = asyncio.Event()
        self._down = self._leaving = False
        self._charge = Charge(identity.battery_percent)
        self._from_device: Characteristic[bytes] = Characteristic(
            service.from_device, _Properties.NOTIFY, _Permissions(0), b""
        )

    @property
    def address(self) -> str:
        return f"ble+sim://{self.radio_address}"

    @property
    def radio_address(self) -> str:
        """A random static address that is the serial number's own (Bluetooth Core 5.4, vol. 6, part B, 1.3.2.1)."""
        mark = zlib.crc32(self._identity.serial_number.encode()).to_bytes(4, "big")
        return Address(bytes(reversed(b"\xf0\x5e" + mark)), Address.RANDOM_DEVICE_ADDRESS).to_string(False)

    async def __aenter__(self) -> "BlePort":
        name = f"Stetho {self._identity.serial_number}"
        self._radio = await self._air.switch_on(name, self.radio_address)
        self._radio.gatt_server.max_mtu = _MTU_BYTES
        self._radio.add_services([self._frames(), self._battery(), self._information()])
        self._radio.advertising_data = bytes(
            AdvertisingData(
                [
                    (AdvertisingData.FLAGS, b"\x06"),
                    (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, UUID(self._service.uuid).to_bytes()),
                    (AdvertisingData.SHORTENED_LOCAL_NAME, self._identity.serial_number.encode()[:_SHORT_NAME_BYTES]),
                ]
            )
        )
        self._radio.scan_response_data = bytes(AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, name.encode())]))
        self._radio.on("connection", self._connected)
        self._pump = Pump(self._device, self, self._pace)
        self._running = RunningPump(self._pump)
        self._sender = asyncio.create_task(self._send(), name="simulated radio")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.end()
        self._leaving = True
        self._something.set()
        await self._sender  # not cancelled: a controller's answer has to be waited for, whatever it is about
        await self._air.switch_off(self._radio)

    # -- the services

    def _frames(self) -> Service:
        written: CharacteristicValue[bytes] = CharacteristicValue(write=self._written)
        to_device: Characteristic[bytes] = Characteristic(
            self._service.to_device, _Properties.WRITE_WITHOUT_RESPONSE, _Permissions.WRITEABLE, written
        )
        return Service(self._service.uuid, [self._from_device, to_device])

    def _battery(self) -> Service:
        level: CharacteristicValue[bytes] = CharacteristicValue(read=lambda _connection: bytes([self._charge.percent]))
        level_of: Characteristic[bytes] = Characteristic("2A19", _Properties.READ, _Permissions.READABLE, level)
        return Service("180F", [level_of])

    def _information(self) -> Service:
        identity = self._identity
        facts = {
            "2A29": "stetho",
            "2A24": identity.product,
            "2A25": identity.serial_number,
            "2A27": identity.hardware,
            "2A26": identity.firmware,
        }
        return Service(
            "180A",
            [
                Characteristic(uuid, _Properties.READ, _Permissions.READABLE, fact.encode())
                for uuid, fact in facts.items()
            ],
        )

    # -- the central

    async def _advertise(self) -> None:
        await self._radio.start_advertising(
            advertising_interval_min=_ADVERTISED_EVERY_MS, advertising_interval_max=_ADVERTISED_EVERY_MS
        )

    def _connected(self, connection: Connection) -> None:
        self._connection = connection
        connection.once(Connection.EVENT_DISCONNECTION, self._disconnected)

    def _disconnected(self, _reason: int) -> None:
        self._connection = None
        self._packets.clear()
        self._device.client_lost()
        self._something.set()

    def _written(self, _connection: Connection, data: bytes) -> None:
        if not self._down:
            self._pump.received(bytes(data))

    # -- the pump's outlet

    def ready(self) -> bool:
        down = self._device.link_down(self._pace.now_us())
        if down != self._down:
            self._down = down
            self._packets.clear()
            self._something.set()
        return len(self._packets) < _WAITING_PACKETS

    def write(self, data: bytes) -> None:
        if self._connection is None or self._down:
            return
        self._charge.overhear(data)
        size = packet_bytes(self._connection.att_mtu - _HEADER_BYTES)
        self._packets.extend(data[at : at + size] for at in range(0, len(data), size))
        self._something.set()

    # -- the radio's own turn

    async def _send(self) -> None:
        """Notifies what waits, one packet after the other; goes off the air with the link, and back on with it."""
        while not self._leaving:
            await self._be_on_air()
            while self._packets and (connection := self._connection) is not None:
                await self._radio.notify_subscriber(connection, self._from_device, self._packets.popleft())
            self._pump.wake()
            await self._something.wait()
            self._something.clear()

    async def _be_on_air(self) -> None:
        if self._down and self._radio.is_advertising:
            await self._radio.stop_advertising()
        if self._down and self._connection is not None:
            await self._connection.disconnect()
        if not self._down and self._connection is None and not self._radio.is_advertising:
            await self._advertise()
