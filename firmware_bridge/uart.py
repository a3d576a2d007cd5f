"""A device on a serial port. The only file that imports pyserial.

Two threads a port, because no serial port can be waited for by every platform's event loop: one reads, one writes.
"""

import asyncio
import contextlib
import errno
import os
import threading
from dataclasses import dataclass

import serial
from serial.tools import list_ports

from firmware_bridge.transport import Receiver
from stetho.errors import DeviceError, DeviceNotFoundError, DeviceUnavailableError
from stetho.handoff import DropOldest

_INBOX = 1024
_OUTBOX = 256
_WRITE_TIMEOUT_S = 1.0
_FLUSH_S = 0.2
_JOIN_S = 2.0


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A port that this machine has."""

    path: str
    description: str
    serial_number: str | None


def serial_ports() -> list[SerialPort]:
    """The ports a device may hang on; those of no known hardware are left out."""
    found = [SerialPort(p.device, p.description, p.serial_number) for p in list_ports.comports() if p.hwid != "n/a"]
    return sorted(found, key=lambda port: port.path)


class UartOpener:
    """Reaches one port; 8 data bits, no parity, one stop bit, no flow control."""

    def __init__(self, path: str, baud: int) -> None:
        self._path = path
        self._baud = baud

    async def open(self, receiver: Receiver) -> "UartTransport":
        port = await asyncio.to_thread(self._open_port)
        return UartTransport(port, receiver)

    def _open_port(self) -> serial.Serial:
        try:
            port = serial.Serial(self._path, self._baud, exclusive=True, write_timeout=_WRITE_TIMEOUT_S)
        except (OSError, ValueError) as error:  # SerialException is an OSError; ValueError: a speed no port has
            raise why(self._path, self._baud, error) from error
        # USB adapters hold bytes back for up to 16 ms; a driver that can't be asked not to does not mind the question.
        with contextlib.suppress(OSError, ValueError, AttributeError, NotImplementedError):
            port.set_low_latency_mode(True)
        return port


class UartTransport:
    """An open port. Made on the event loop, which then gets what the reading thread reads."""

    def __init__(self, port: serial.Serial, receiver: Receiver) -> None:
        self._port = port
        self._receiver: Receiver | None = receiver
        self._loop = asyncio.get_running_loop()
        self._inbox: DropOldest[bytes] = DropOldest(_INBOX)
        self._outbox: DropOldest[bytes] = DropOldest(_OUTBOX)
        self._closing = threading.Event()
        self._deaf = threading.Event()
        self._drain_is_due = threading.Event()
        self._reader = threading.Thread(target=self._read, name="stetho-uart-read", daemon=True)
        self._writer = threading.Thread(target=self._write, name="stetho-uart-write", daemon=True)
        self._reader.start()
        self._writer.start()

    def write(self, data: bytes) -> None:
        self._outbox.put(data)

    async def close(self) -> None:
        self._receiver = None
        if self._closing.is_set():
            return
        self._closing.set()
        self._outbox.close()
        await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        with contextlib.suppress(OSError):
            self._port.cancel_read()
        self._reader.join(_JOIN_S)
        self._writer.join(_FLUSH_S)  # the last thing said is STOP: it gets a moment to go out
        self._deaf.set()
        with contextlib.suppress(OSError):
            self._port.cancel_write()
        self._writer.join(_JOIN_S)
        with contextlib.suppress(OSError):
            self._port.close()

    def _read(self) -> None:
        while not self._closing.is_set():
            try:
                # One byte wakes; the rest of the burst comes with it, so that a packet is one call and not two.
                data = self._port.read(1)
                data += self._port.read(self._port.in_waiting)
            except (OSError, TypeError):  # TypeError: pyserial, when the port vanishes between two calls
                break
            if data:
                self._inbox.put(data)
                self._wake()
        self._inbox.close()
        self._outbox.close()
        self._call(self._end)

    def _write(self) -> None:
        while (data := self._outbox.get()) is not None and not self._deaf.is_set():
            # A device that does not read loses what is said to it: requests are repeated.
            with contextlib.suppress(OSError):
                self._port.write(data)

    def _wake(self) -> None:
        if not self._drain_is_due.is_set():
            self._drain_is_due.set()
            self._call(self._drain)

    def _call(self, function: object, *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants the bytes any more
            self._loop.call_soon_threadsafe(function, *arguments)  # type: ignore[arg-type]

    def _drain(self) -> None:
        self._drain_is_due.clear()
        while (data := self._inbox.get_nowait()) is not None:
            if self._receiver is not None:
                self._receiver.received(data)

    def _end(self) -> None:
        self._drain()
        receiver, self._receiver = self._receiver, None
        if receiver is not None and not self._closing.is_set():
            receiver.lost("the port went away")


def why(path: str, baud: int, error: OSError | ValueError) -> DeviceError:
    code = getattr(error, "errno", None)
    text = str(error)
    if code == errno.EACCES:
        return DeviceUnavailableError(
            f"No permission for {path}: add your user to the port's group (on Debian and Ubuntu: "
            "sudo usermod -aG dialout $USER, then log in again).",
            reason="permission",
        )
    if code in {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK} or "exclusively lock" in text or "denied" in text:
        return DeviceUnavailableError(f"{path} is in use: close the other program that talks to it.", reason="busy")
    if code in {errno.ENOENT, errno.ENODEV, errno.ENXIO} or "FileNotFoundError" in text:
        return DeviceNotFoundError(f"There is no port {path}: plug the device in, or see `stetho devices`.")
    if "configure port" in text:
        return DeviceUnavailableError(f"{path} is no serial port: see `stetho devices`.", reason="protocol")
    if isinstance(error, ValueError):
        return DeviceUnavailableError(
            f"{path} can't be set to {baud} baud: change baud= in the address.", reason="baud"
        )
    if code == errno.EISDIR:
        return DeviceUnavailableError(
            f"{path} is a folder and no serial port: see `stetho devices`.", reason="protocol"
        )
    words = text if code is None else os.strerror(code)  # pyserial says the system's words twice, and its number too
    return DeviceUnavailableError(
        f"{path} can't be used as a serial port ({words}): see `stetho devices`.", reason="protocol"
    )
