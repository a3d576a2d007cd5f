"""Lists the devices that can be reached: serial ports, sound inputs, and simulators that run here."""

from dataclasses import dataclass
from typing import Any

from stetho.cli.options import Json


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
    """Lists the devices that can be reached: serial ports, sound inputs, and simulators that run here.

    Nothing is opened: `stetho info ADDRESS` asks a device what it is.
    """
    from stetho.cli.output import print_json

    found = _simulators() + _ports() + _audio_inputs()
    if json:
        for device in found:
            print_json(device.to_json())
    elif found:
        _print_table(found)
    else:
        print("No device found. Plug one in, or start a simulated one: stetho sim")


def _ports() -> list[Found]:
    from firmware_bridge.uart import serial_ports

    return [Found(f"serial://{p.path}", p.description, p.serial_number, simulated=False) for p in serial_ports()]


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
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("address", "serial number", "what"):
        table.add_column(heading, no_wrap=heading == "address")
    for device in found:
        what = "[bold]SIMULATED[/bold]" if device.simulated else device.description
        table.add_row(device.address, device.serial_number or "-", what)
    Console(highlight=False).print(table)
