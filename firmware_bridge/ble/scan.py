"""Who is in the air: the one owner of a radio's scanner."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from firmware_bridge.ble.gatt import FrameService, best_of
from firmware_bridge.ble.radio import Radio, SystemRadio
from firmware_bridge.ble.why import gone, no_radio

_START_S = 5.0
_STOP_S = 2.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device that was heard. service: the best that it advertises for our frames. device: what a client is made of."""

    address: str
    name: str
    rssi_dbm: int
    service: FrameService | None
    device: BLEDevice


class Scan:
    """Runs the radio's scanner while anybody watches: bluetoothd gives one program one scan at a time (bleak#1689)."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self._watchers: list[Callable[[Sighting], None]] = []
        self._turn = asyncio.Lock()
        self._scanner: BleakScanner | None = None

    async def find(self, address: str, within_s: float) -> Sighting:
        """The next that is heard of a device. Raises DeviceNotFoundError for silence, and as `watching`."""
        found: asyncio.Future[Sighting] = asyncio.get_running_loop().create_future()

        def look(sighting: Sighting) -> None:
            if sighting.address.upper() == address.upper() and not found.done():
                found.set_result(sighting)

        async with self.watching(look):
            await asyncio.wait((found,), timeout=within_s)
        if not found.done():
            raise gone(address)
        return found.result()

    async def look_around(self, for_s: float) -> list[Sighting]:
        """Every device that was heard and advertises frames, the nearest first. Raises as `watching`."""
        seen: dict[str, Sighting] = {}

        def note(sighting: Sighting) -> None:
            if sighting.service is not None:
                seen[sighting.address] = sighting

        async with self.watching(note):
            await asyncio.sleep(for_s)
        return sorted(seen.values(), key=lambda sighting: (-sighting.rssi_dbm, sighting.address))

    @asynccontextmanager
    async def watching(self, watcher: Callable[[Sighting], None]) -> AsyncIterator[None]:
        """Tells the watcher of everything heard within the block. Raises DeviceUnavailableError where no radio works."""
        async with self._turn:
            if self._scanner is None:
                self._scanner = await self._started()
            self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)
            async with self._turn:
                await self._stop_unless_watched()

    async def _started(self) -> BleakScanner:
        try:
            scanner = self._radio.scanner(self._seen)
            async with asyncio.timeout(_START_S):
                await scanner.start()
        except Exception as error:  # a missing radio wears any exception: bleak's, D-Bus's, the system's
            raise no_radio(error) from error
        return scanner

    async def _stop_unless_watched(self) -> None:
        if self._watchers or self._scanner is None:
            return
        scanner, self._scanner = self._scanner, None
        with contextlib.suppress(Exception):  # a radio that was pulled out can't be told to stop
            async with asyncio.timeout(_STOP_S):
                await scanner.stop()

    def _seen(self, device: BLEDevice, heard: AdvertisementData) -> None:
        name = heard.local_name or device.name or ""
        sighting = Sighting(device.address, name, heard.rssi, best_of(heard.service_uuids), device)
        for watcher in tuple(self._watchers):
            watcher(sighting)


_SCANS: WeakKeyDictionary[asyncio.AbstractEventLoop, Scan] = WeakKeyDictionary()


def system_scan(radio: SystemRadio) -> Scan:
    """The scan that all who use this machine's radio on this event loop share."""
    return _SCANS.setdefault(asyncio.get_running_loop(), Scan(radio))
