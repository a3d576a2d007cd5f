"""Asks a device what it is: hardware, firmware, serial number, battery, codec, calibration."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from stetho.cli.address import address_of
from stetho.cli.options import Address, Json
from stetho.config import load_config

if TYPE_CHECKING:
    from stetho.source import DeviceInfo


def info(uri: Address = None, json: Json = False) -> None:
    """Asks a device what it is: hardware, firmware, serial number, battery, codec, calibration."""
    from stetho.cli.output import print_json

    found = asyncio.run(_ask(address_of(load_config().with_flags(device=uri))))
    if json:
        print_json({**asdict(found), "channels": list(found.channels), "schema": 1})
    else:
        _print(found)


async def _ask(address: str) -> "DeviceInfo":
    from stetho.source import open_uri

    source = open_uri(address)
    try:
        return await source.open()
    finally:
        await source.close()


def _print(info: "DeviceInfo") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _rows(info):
        table.add_row(name, escape(value))
    Console(highlight=False).print(table)


def _rows(info: "DeviceInfo") -> list[tuple[str, Any]]:
    origin = info.origin.value
    battery = "not known" if info.battery_percent is None else f"{info.battery_percent} %"
    return [
        ("address", info.address),
        ("origin", origin.upper() if origin in {"simulated", "replayed"} else origin),
        ("product", info.product),
        ("serial number", info.serial_number),
        ("hardware", info.hardware),
        ("firmware", info.firmware),
        ("driver", info.driver),
        ("stream", f"{info.codec}, {info.rate_hz} Hz, {', '.join(info.channels)}"),
        ("contact sensor", "yes" if info.has_contact_sensor else "no"),
        ("battery", battery),
        ("calibration", info.calibration_id or "none"),
        *([] if info.mtu_bytes is None else [("radio", f"packets of {info.mtu_bytes} bytes (MTU)")]),
    ]
