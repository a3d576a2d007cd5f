"""Lists the devices that can be reached: serial ports, sound inputs, Bluetooth LE, and simulators that run here."""

from dataclasses import dataclass
from typing import Any

from stetho.cli.options import Json

_LOOK_S = 2.0  # a device that saves power advertises about once a second


@dataclass(frozen=True, slots=True)
class Found:
    """An address that `live` can be given, and what is known of it without opening it."""

    address: str
    description: str
    serial_number: str | None
    simulated: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "address": self.address,
            "description": self.description,
            "serial_number": self.serial_number,
            "simulated": self.simulated,
            "schema": 1,
        }


def devices(json: Json = False) -> None:
    """Lists the devices that can be reached: serial ports, sound inputs, Bluetooth LE, and simulators that run here.

    Nothing is opened: `stetho info ADDRESS` asks a device what it is.
    """
    from stetho.cli.output import print_json

    found = _simulators() + _ports() + _audio_inputs() + _in_the_air()
    if json:
        for device in found:
            print_json(device.to_json())
    elif found:
        _print_table(found)
    else:
        print("No device found. Plug one in, or try `stetho live sim://murmur`.")


def _ports() -> list[Found]:
    from firmware_bridge.uart import serial_ports

    return [Found(f"serial://{p.path}", p.description, p.serial_number, simulated=False) for p in serial_ports()]


def _in_the_air() -> list[Found]:
    """The nearest first. None where there is no radio: `stetho doctor` says why."""
    from firmware_bridge.ble.probe import sightings
    from stetho.errors import DeviceError
    from stetho.printable import printable

    try:
        seen = sightings(_LOOK_S)
    except DeviceError:
        return []
    return [
        Found(f"ble://{one.address}", f"{printable(one.name)} ({one.rssi_dbm} dBm)", None, simulated=False)
        for one in seen
    ]


def _audio_inputs() -> list[Found]:
    """None where sound can't be had: `stetho doctor` says why."""
    from firmware_bridge.audio import AudioSystem
    from firmware_bridge.audio_inputs import address_for
    from stetho.errors import StethoError

    try:
        inputs = AudioSystem().inputs()
    except StethoError:
        return []
    return [Found(address_for(one, inputs), f"{one.name}, {one.description}", None, simulated=False) for one in inputs]


def _simulators() -> list[Found]:
    from firmware_bridge.announce import announcements

    return [Found(a.address, "SIMULATED", a.serial_number, simulated=True) for a in announcements()]


def _print_table(found: list[Found]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("address", "serial number", "what"):
        table.add_column(heading, no_wrap=heading == "address")
    for device in found:
        what = "[bold]SIMULATED[/bold]" if device.simulated else escape(device.description)
        table.add_row(device.address, device.serial_number or "-", what)
    Console(highlight=False).print(table)
