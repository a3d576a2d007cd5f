"""What `stetho doctor` says of the ways to a device: serial ports and Bluetooth."""

import os
from collections.abc import Iterator

from stetho.doctor.finding import Finding


def checks() -> Iterator[Finding]:
    """The findings, in the order in which they are said."""
    yield from _serial_ports()
    yield _bluetooth()


def _serial_ports() -> Iterator[Finding]:
    try:
        from firmware_bridge.uart import serial_ports
    except ImportError as error:
        yield Finding("serial", False, f"pyserial does not load ({error})", "Install pyserial again.")
        return
    ports = sorted(port.path for port in serial_ports())
    if not ports:
        yield Finding("serial", True, "no serial port is here", "Plug a device in, or try `stetho live sim://murmur`.")
    for port in ports:
        yield _port(port)


def _port(port: str) -> Finding:
    if os.name == "posix" and not os.access(port, os.R_OK | os.W_OK):
        advice = "Add yourself to the group that owns it (`sudo usermod -aG dialout $USER`) and log in again."
        return Finding("serial", True, f"{port} is here, and you have no permission to open it", advice)
    return Finding("serial", True, f"{port} is here and can be opened")


def _bluetooth() -> Finding:
    """That the library loads; whether an adapter is there and switched on is found out when a device is looked for."""
    try:
        import bleak  # noqa: F401  # that it loads is the question
    except Exception as error:  # noqa: BLE001 - the system's Bluetooth library can fail in ways of its own
        return Finding("bluetooth", True, f"bleak does not load ({error})", "Only for Bluetooth: install bleak again.")
    return Finding("bluetooth", True, "bleak loads")
