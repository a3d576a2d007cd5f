"""A simulated device on a serial port of the operating system's making: a pseudo-terminal. POSIX only."""

import asyncio
import contextlib
import os
from types import TracebackType

from hw_sim.pace import Pace
from hw_sim.ports.port import PortDevice
from hw_sim.ports.running import RunningPump
from hw_sim.pump import Pump
from stetho.errors import ConfigError

_READ_BYTES = 4096


class PtyPort:
    """Opens a pty; its far end is the serial port that a client opens, again and again.

    The device never waits for a client: what the terminal's buffer does not take is kept up to one `poll`'s worth,
    and beyond that the device's own bounded queue drops and says so.
    """

    def __init__(self, device: PortDevice, pace: Pace) -> None:
        self._device, self._pace = device, pace
        self._near = self._far = -1
        self._path = ""
        self._waiting = b""

    @property
    def address(self) -> str:
        return f"serial://{self._path}"

    async def __aenter__(self) -> "PtyPort":
        try:
            import pty
            import tty
        except ImportError:
            raise ConfigError("This system has no pty; use --port tcp.") from None
        self._near, self._far = pty.openpty()
        # The far end stays open here too: without it, each client's departure would be a hang-up.
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self._path = os.ttyname(self._far)
        self._pump = Pump(self._device, self, self._pace)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._near, self._readable)
        self._running = RunningPump(self._pump)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.end()
        self._loop.remove_reader(self._near)
        self._loop.remove_writer(self._near)
        os.close(self._near)
        os.close(self._far)

    def _readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._pump.received(os.read(self._near, _READ_BYTES))

    # -- the pump's outlet

    def ready(self) -> bool:
        return not self._waiting

    def write(self, data: bytes) -> None:
        self._waiting = data
        self._send()

    def _send(self) -> None:
        try:
            sent = os.write(self._near, self._waiting)
        except BlockingIOError:
            sent = 0
        self._waiting = self._waiting[sent:]
        if self._waiting:
            self._loop.add_writer(self._near, self._send)
        else:
            self._loop.remove_writer(self._near)
            self._pump.wake()
