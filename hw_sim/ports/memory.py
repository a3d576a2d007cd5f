"""A simulated device in the same process: no port, no copy of the protocol, the same bytes."""

from pathlib import Path

from firmware_bridge.devices.stetho_link import StethoLink
from firmware_bridge.source import BridgeSource
from firmware_bridge.transport import Receiver
from hw_sim.pace import Pace
from hw_sim.ports.port import PortDevice
from hw_sim.ports.running import RunningPump
from hw_sim.products import product_of
from hw_sim.pump import Pump
from hw_sim.recipe import of_uri
from hw_sim.replay.device import ReplayedDevice
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError, DeviceNotFoundError
from stetho.source import Source


def open_sim(uri: DeviceUri) -> Source:
    """`sim://murmur?seed=7&loss=0.02`: a new device for each source. `speed=0` is as fast as possible.

    `sim://murmur?driver=esp32_i2s` speaks another product's bytes, to its driver.
    `sim://replay?wire=FILE` is what a captured device said (docs/wire-capture.md). Raises ConfigError for an address that no simulated device has, InputError for a file that can't be played.
    """
    speed = uri.number("speed", 1.0)
    if speed < 0:
        raise ConfigError(f"speed={speed:g} in {uri.text} must be 0 (as fast as possible) or more.")
    return BridgeSource(MemoryOpener(_device(uri), Pace(speed)), uri)


def _device(uri: DeviceUri) -> PortDevice:
    if "wire" in uri.query:
        return ReplayedDevice.of(Path(uri.query["wire"]))
    driver = uri.query.get("driver", StethoLink.name)
    return of_uri(uri).device() if driver == StethoLink.name else product_of(driver, of_uri(uri))


class MemoryOpener:
    """firmware_bridge's Opener of a device in memory. The device lives on between clients."""

    def __init__(self, device: PortDevice, pace: Pace) -> None:
        self._device, self._pace = device, pace

    async def open(self, receiver: Receiver) -> "MemoryLink":
        """Raises DeviceNotFoundError while a fault has taken the link; where time jumps, it is back at once."""
        while self._pace.free and self._device.link_down(self._pace.now_us()):
            due_us = self._device.due_us
            if due_us is None:
                break
            self._pace.jump_to(due_us)
            self._device.advance(due_us)
        if self._device.link_down(self._pace.now_us()):
            raise DeviceNotFoundError("The simulated device is out of reach; its fault script says so.")
        return MemoryLink(self._device, self._pace, receiver)


class MemoryLink:
    """firmware_bridge's Transport to a device in memory, and the outlet of its pump."""

    def __init__(self, device: PortDevice, pace: Pace, receiver: Receiver) -> None:
        self._receiver: Receiver | None = receiver
        self._device, self._pace = device, pace
        self._pump = Pump(device, _Outlet(self), pace)
        self._running = RunningPump(self._pump)

    def write(self, data: bytes) -> None:
        if self._receiver is not None:
            self._pump.received(data)

    async def close(self) -> None:
        self._let_go()
        await self._running.end()

    def deliver(self, data: bytes) -> None:
        """Bytes of the device, for the receiver."""
        if self._receiver is not None:
            self._receiver.received(data)

    def check(self) -> None:
        """Tells the receiver when a fault has taken the link."""
        if self._receiver is not None and self._device.link_down(self._pace.now_us()):
            receiver = self._receiver
            self._let_go()
            receiver.lost("the simulated device went out of reach, as its fault script says")

    def _let_go(self) -> None:
        if self._receiver is not None:
            self._receiver = None
            self._device.client_lost()


class _Outlet:
    """Memory is always ready."""

    def __init__(self, link: MemoryLink) -> None:
        self._link = link

    def ready(self) -> bool:
        self._link.check()
        return True

    def write(self, data: bytes) -> None:
        self._link.deliver(data)
