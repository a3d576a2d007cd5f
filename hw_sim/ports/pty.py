"""A simulated device on a serial port of the operating system's making: a pseudo-terminal. POSIX only."""

import asyncio
import contextlib
import os
from pathlib import Path
from types import TracebackType

from firmware_bridge.announce import own_runtime_folder
from hw_sim.pace import Pace
from hw_sim.ports.port import PortDevice
from hw_sim.ports.running import RunningPump
from hw_sim.ports.terminal import Terminal
from hw_sim.pump import Pump

_READ_BYTES = 4096


class PtyPort:
    """Opens a pty; its far end is the serial port that a client opens, again and again.

    A device that may vanish has a link as its address: while it is gone so is the link, and the terminal has hung up;
    back again, the link leads to a new terminal. Any other has the terminal's own path.
    The device never waits for a client: what the terminal's buffer does not take is kept up to one `poll`'s worth,
    and beyond that the device's own bounded queue drops and says so.
    """

    def __init__(self, device: PortDevice, pace: Pace) -> None:
        self._device, self._pace = device, pace
        self._terminal: Terminal | None = None
        self._path = Path()
        self._link: Path | None = None
        self._waiting = b""

    @property
    def address(self) -> str:
        return f"serial://{self._path}"

    async def __aenter__(self) -> "PtyPort":
        self._loop = asyncio.get_running_loop()
        self._pump = Pump(self._device, self, self._pace)
        self._plug_in()
        self._running = RunningPump(self._pump)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.end()
        self._unplug()

    # -- the terminal

    def _plug_in(self) -> None:
        self._terminal = Terminal.open()
        self._loop.add_reader(self._terminal.near, self._readable)
        if not self._device.may_vanish:
            self._path = self._terminal.path
            return
        if self._link is None:
            self._link = self._path = own_runtime_folder() / f"tty-{os.getpid()}-{self._terminal.near}"
        self._link.unlink(missing_ok=True)  # left by a process of the same number that was killed
        self._link.symlink_to(self._terminal.path)

    def _unplug(self) -> None:
        terminal, self._terminal = self._terminal, None
        if terminal is None:
            return
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        self._loop.remove_reader(terminal.near)
        self._loop.remove_writer(terminal.near)
        self._waiting = b""
        terminal.close()

    def _readable(self) -> None:
        if self._terminal is not None:
            with contextlib.suppress(BlockingIOError):
                self._pump.received(os.read(self._terminal.near, _READ_BYTES))

    # -- the pump's outlet

    def ready(self) -> bool:
        gone = self._device.link_down(self._pace.now_us())
        if gone and self._terminal is not None:
            self._unplug()
            self._device.client_lost()
        elif not gone and self._terminal is None:
            self._plug_in()
        return self._terminal is not None and not self._waiting

    def write(self, data: bytes) -> None:
        self._waiting = data
        self._send()

    def _send(self) -> None:
        if self._terminal is None:
            return
        try:
            sent = os.write(self._terminal.near, self._waiting)
        except BlockingIOError:
            sent = 0
        self._waiting = self._waiting[sent:]
        if self._waiting:
            self._loop.add_writer(self._terminal.near, self._send)
        else:
            self._loop.remove_writer(self._terminal.near)
            self._pump.wake()
