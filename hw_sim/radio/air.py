"""Where simulated radios hear each other."""

from bumble.controller import Controller
from bumble.device import Device, DeviceConfiguration
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink


class Air:
    """Radios of one process, all within reach of each other, on one event loop."""

    def __init__(self) -> None:
        self._link = LocalLink()  # type: ignore[no-untyped-call]  # bumble leaves this one without types
        self._controllers: dict[Device, Controller] = {}

    async def switch_on(self, name: str, address: str) -> Device:
        """A radio of that address, a random static one."""
        controller = Controller(name, link=self._link)
        host = Host(controller, AsyncPipeSink(controller))
        device = Device(config=DeviceConfiguration(name=name, address=Address(address)), host=host)
        await device.power_on()
        self._controllers[device] = controller
        return device

    async def switch_off(self, device: Device) -> None:
        """It is heard no more."""
        for connection in tuple(device.connections.values()):
            await connection.disconnect()
        if device.is_advertising:
            await device.stop_advertising()
        await device.power_off()
        self._link.remove_controller(self._controllers.pop(device))
