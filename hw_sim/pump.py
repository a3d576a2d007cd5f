"""Moves a device's bytes to a link in the device's own time: the loop that every port shares."""

import asyncio
from typing import Protocol

from hw_sim.pace import Pace
from hw_sim.ports.port import PortDevice

_BUSY_S = 0.25  # how often a device looks at a link that takes nothing, in its own time
_OFTENEST_S = 0.005


class Outlet(Protocol):
    """The port's end of the link to the host."""

    def ready(self) -> bool:
        """Whether it takes bytes now."""
        ...

    def write(self, data: bytes) -> None:
        """Takes bytes; never waits."""
        ...


class Pump:
    """Runs one device on one outlet, on the event loop, until cancelled."""

    def __init__(self, device: PortDevice, outlet: Outlet, pace: Pace) -> None:
        self.device, self.pace = device, pace
        self._outlet = outlet
        self._wake = asyncio.Event()

    def received(self, data: bytes) -> None:
        """The host sent bytes."""
        self.device.receive(data, self.pace.now_us())
        self._wake.set()

    def wake(self) -> None:
        """Something changed: the outlet can take bytes again, or has a new client."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            self._step()
            await self._wait()

    def _step(self) -> None:
        if not self._outlet.ready():
            if self._nobody_to_wait_for and (due := self.device.due_us) is not None:
                self.pace.jump_to(due)
            self.device.advance(self.pace.now_us())
            return
        data = self.device.poll(self.pace.now_us())
        if not data and self.pace.free and (due := self.device.due_us) is not None:
            self.pace.jump_to(due)
            data = self.device.poll(due)
        if data:
            self._outlet.write(data)

    @property
    def _nobody_to_wait_for(self) -> bool:
        """Where time jumps, a link that is gone is back at once: its client can't say how long that took."""
        return self.pace.free and self.device.link_down(self.pace.now_us()) and self.device.due_us is not None

    async def _wait(self) -> None:
        due = self.device.due_us
        if self._nobody_to_wait_for:
            delay: float | None = 0.0
        elif not self._outlet.ready():
            delay = max(self.pace.machine_s(_BUSY_S), _OFTENEST_S)
        elif due is None:
            delay = None
        else:
            delay = self.pace.seconds_until(due)
        if delay == 0.0:
            await asyncio.sleep(0)  # others have their turn, however fast the device is
            return
        timer = None if delay is None else asyncio.get_running_loop().call_later(delay, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            if timer is not None:
                timer.cancel()
