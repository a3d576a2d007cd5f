"""Where a device's frames are found among its GATT services. The UUIDs are those of docs/protocol.md."""

from collections.abc import Collection
from dataclasses import dataclass

SMALLEST_PACKET_BYTES = 20
"""What every link carries: the least ATT_MTU, 23, without its header (Bluetooth Core 5.4, vol. 3, part F, 3.2.8)."""

LARGEST_PACKET_BYTES = 512
"""An attribute's value is never longer (the same, 3.2.9), whatever the MTU allows."""

BATTERY_SERVICE = "0000180f-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
DEVICE_INFORMATION_SERVICE = "0000180a-0000-1000-8000-00805f9b34fb"


@dataclass(frozen=True, slots=True)
class FrameService:
    """A GATT service that carries frames. from_device: notifies; to_device: is written without response."""

    name: str
    uuid: str
    from_device: str
    to_device: str


STETHO = FrameService(
    "stetho",
    "7c9a0001-5e7c-4f0e-9a11-5741e05c0bed",
    from_device="7c9a0002-5e7c-4f0e-9a11-5741e05c0bed",
    to_device="7c9a0003-5e7c-4f0e-9a11-5741e05c0bed",
)
NORDIC_UART = FrameService(
    "Nordic UART",
    "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
    from_device="6e400003-b5a3-f393-e0a9-e50e24dcca9e",
    to_device="6e400002-b5a3-f393-e0a9-e50e24dcca9e",
)
PREFERRED = (STETHO, NORDIC_UART)
"""The first of these that a device has is used."""


def best_of(uuids: Collection[str]) -> FrameService | None:
    """The preferred one among the UUIDs of services, None where none is there."""
    lower = {uuid.lower() for uuid in uuids}
    return next((service for service in PREFERRED if service.uuid in lower), None)


def packet_bytes(allowed: int) -> int:
    """How much one packet carries where the backend allows so many bytes in a write without response."""
    return min(max(allowed, SMALLEST_PACKET_BYTES), LARGEST_PACKET_BYTES)
