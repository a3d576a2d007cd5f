"""bleak's scanner, on a simulated radio."""

from typing import Any

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Device

from hw_sim.radio.uuid_text import uuid_text

_SERVICES = (
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
)


class SimulatedScanner(BaseBleakScanner):
    """`BleakScanner(..., backend=SimulatedScanner, central=device)`; `central` is the radio that listens."""

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None = None,
        service_uuids: list[str] | None = None,
        scanning_mode: str = "active",
        *,
        central: Device,
        **_others: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._central = central
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        self.seen_devices = {}
        self._central.on(Device.EVENT_ADVERTISEMENT, self._heard)
        await self._central.start_scanning(active=self._active, filter_duplicates=False)

    async def stop(self) -> None:
        self._central.remove_listener(Device.EVENT_ADVERTISEMENT, self._heard)
        if self._central.is_scanning:
            await self._central.stop_scanning()

    def _heard(self, advertisement: Advertisement) -> None:
        said = advertisement.data
        name = _name_of(said)
        services = _services_of(said)
        heard = AdvertisementData(
            local_name=name,
            manufacturer_data={},
            service_data={},
            service_uuids=services,
            tx_power=None,
            rssi=advertisement.rssi,
            platform_data=(advertisement,),
        )
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, name, advertisement, heard)
        if self.is_allowed_uuid(services):
            self.call_detection_callbacks(device, heard)


def _name_of(said: AdvertisingData) -> str | None:
    for kind in (AdvertisingData.COMPLETE_LOCAL_NAME, AdvertisingData.SHORTENED_LOCAL_NAME):
        name = said.get(kind)
        if isinstance(name, str):
            return name
    return None


def _services_of(said: AdvertisingData) -> list[str]:
    found: list[str] = []
    for kind in _SERVICES:
        for uuids in said.get_all(kind):
            if isinstance(uuids, list):
                found.extend(uuid_text(uuid) for uuid in uuids)
    return found
