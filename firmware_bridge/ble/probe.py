"""Whether this machine's radio can be used, and who is in the air: for commands that are not on an event loop."""

import asyncio

from firmware_bridge.ble.radio import SystemRadio
from firmware_bridge.ble.scan import Scan, Sighting


def sightings(for_s: float) -> list[Sighting]:
    """The devices that advertise frames, the nearest first. Raises DeviceUnavailableError where no radio works."""
    return asyncio.run(Scan(SystemRadio()).look_around(for_s))
