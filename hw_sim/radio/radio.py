"""The host's end of a simulated radio: what bleak makes scanners and clients of."""

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bumble.device import Device

from firmware_bridge.ble.radio import OnDisconnect, OnSeen
from hw_sim.radio.client import SimulatedClient
from hw_sim.radio.scanner import SimulatedScanner


class SimulatedRadio:
    """firmware_bridge's Radio, by way of bleak's public `backend=`. central: the radio of the host."""

    def __init__(self, central: Device) -> None:
        self._central = central

    def scanner(self, on_seen: OnSeen) -> BleakScanner:
        return BleakScanner(on_seen, backend=SimulatedScanner, central=self._central)

    def client(self, device: BLEDevice, on_disconnect: OnDisconnect) -> BleakClient:
        return BleakClient(device, on_disconnect, backend=SimulatedClient, central=self._central)
