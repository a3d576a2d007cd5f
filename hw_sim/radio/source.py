"""`ble+sim://murmur?seed=7`: a simulated device in the same process, heard over a simulated radio."""

from contextlib import AsyncExitStack

from firmware_bridge.ble.gatt import STETHO, FrameService
from firmware_bridge.ble.opener import BleOpener
from firmware_bridge.ble.scan import Scan
from firmware_bridge.source import BridgeSource
from firmware_bridge.transport import Receiver, Transport
from hw_sim.device import Device
from hw_sim.pace import Pace
from hw_sim.ports.ble import BlePort
from hw_sim.radio.air import Air
from hw_sim.radio.radio import SimulatedRadio
from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.device_uri import DeviceUri
from stetho.source import DeviceInfo

_HOST_ADDRESS = "F0:5E:00:00:00:00"


class RadioOpener:
    """firmware_bridge's Opener of a device on the same air, by way of bleak. Both radios are on from the first link on.

    service: the one that carries the device's frames.
    """

    def __init__(self, device: Device, pace: Pace, service: FrameService = STETHO) -> None:
        self._device, self._pace, self._service = device, pace, service
        self._radios = AsyncExitStack()
        self._opener: BleOpener | None = None

    @property
    def mtu_bytes(self) -> int | None:
        """As firmware_bridge's `Packeted` says."""
        return None if self._opener is None else self._opener.mtu_bytes

    async def open(self, receiver: Receiver) -> Transport:
        if self._opener is None:
            self._opener = await self._switch_on()
        return await self._opener.open(receiver)

    async def switch_off(self) -> None:
        """Can be called twice."""
        self._opener = None
        await self._radios.aclose()

    async def _switch_on(self) -> BleOpener:
        async with AsyncExitStack() as radios:
            air = Air()
            port = BlePort(self._device, self._pace, air, self._device.identity, self._service)
            await radios.enter_async_context(port)
            host = await air.switch_on("host", _HOST_ADDRESS)
            radios.push_async_callback(air.switch_off, host)
            radio = SimulatedRadio(host)
            scan = Scan(radio)
            self._radios = radios.pop_all()
        return BleOpener(port.radio_address, radio, lambda: scan)


class RadioSource(BridgeSource):
    """A Source whose device and radios live from `open` to `close`."""

    def __init__(self, device: Device, pace: Pace, uri: DeviceUri, clock: Clock = SYSTEM_CLOCK) -> None:
        self._radios = RadioOpener(device, pace)
        super().__init__(self._radios, uri, clock)

    async def open(self) -> DeviceInfo:
        try:
            return await super().open()
        except BaseException:
            await self._radios.switch_off()
            raise

    async def close(self) -> None:
        await super().close()
        await self._radios.switch_off()
