"""This machine's radio, as bleak gives it; a simulated one has the same two methods."""

from collections.abc import Callable
from typing import Protocol

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

OnSeen = Callable[[BLEDevice, AdvertisementData], None]
OnDisconnect = Callable[[BleakClient], None]


class Radio(Protocol):
    """Makes scanners and clients. Who wants to know what is in the air asks `Scan`, its scanner's one owner."""

    def scanner(self, on_seen: OnSeen) -> BleakScanner:
        """A scanner, not yet started."""
        ...

    def client(self, device: BLEDevice, on_disconnect: OnDisconnect) -> BleakClient:
        """A fresh client, not yet connected."""
        ...


class SystemRadio:
    """The radio of this machine."""

    def scanner(self, on_seen: OnSeen) -> BleakScanner:
        return BleakScanner(on_seen)

    def client(self, device: BLEDevice, on_disconnect: OnDisconnect) -> BleakClient:
        return BleakClient(device, on_disconnect)
