"""What `stetho doctor` says of the ways to a device: serial ports, Bluetooth and sound inputs."""

import os
from collections.abc import Iterator

from stetho.doctor.finding import Finding
from stetho.errors import ConfigError, DeviceError, DeviceUnavailableError

_LOOK_S = 1.0


def checks() -> Iterator[Finding]:
    """The findings, in the order in which they are said."""
    yield from _serial_ports()
    yield _bluetooth()
    yield _audio()


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
    """Looks for a moment: whether an adapter is there, switched on and allowed is found out in no other way."""
    try:
        from firmware_bridge.ble.probe import sightings
    except Exception as error:  # noqa: BLE001 - the system's Bluetooth library can fail in ways of its own
        return Finding("bluetooth", True, f"bleak does not load ({error})", "Only for Bluetooth: install bleak again.")
    try:
        near = len(sightings(_LOOK_S))
    except DeviceError as error:
        what, _, way = str(error).partition(": ")
        return Finding("bluetooth", True, what, f"Only for Bluetooth: {way}")
    return Finding("bluetooth", True, f"an adapter works; stethoscopes heard: {near}")


def _audio() -> Finding:
    """Never a failure: only a stethoscope with a plug for sound needs it."""
    from firmware_bridge.audio import AudioSystem

    try:
        inputs = AudioSystem().inputs()
    except ConfigError:
        return Finding("audio", True, "sounddevice is not installed", "Only for audio://: pip install 'stetho[audio]'.")
    except DeviceUnavailableError as error:
        return Finding("audio", True, "sound inputs can't be used", f"Only for audio://: {error}")
    if not inputs:
        advice = "Only for audio://: plug one in; where one is, see that your user may record (on Linux: group audio)."
        return Finding("audio", True, "no sound input is here", advice)
    names = ", ".join(one.name for one in inputs)
    return Finding("audio", True, f"sound inputs: {names}", "Their frequency response is not known to stetho.")
