"""Driver + transport + protocol = Source: serial ports, TCP, and whatever else brings an Opener."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from firmware_bridge.connection import Connection
from firmware_bridge.devices.stetho_link import StethoLink
from firmware_bridge.driver import Driver, StreamChoice
from firmware_bridge.drivers import driver_named
from firmware_bridge.live_stream import LiveStream
from firmware_bridge.transport import Opener, Packeted
from firmware_bridge.wire import Battery, Capabilities, Codec, Feature, Message, warm
from firmware_bridge.wire_capture import WireCapture
from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError, DeviceUnavailableError
from stetho.link_statistics import LinkStatistics
from stetho.source import Archive, DeviceInfo, Source, SourceItem
from stetho.stream import CHEST, Origin, StreamSpec

_BATTERY_S = 0.2
_MOST_BAUD = 2**31 - 1  # what a port's driver can be told
_QUERY = ("driver", "codec", "rate", "channels", "reconnect_s")
_CODEC_NAMES = {Codec.PCM16: "pcm16", Codec.IMA_ADPCM: "adpcm"}


def open_serial(uri: DeviceUri) -> Source:
    """`serial:///dev/ttyACM0?baud=921600`. Raises ConfigError for an address with something wrong in it."""
    from firmware_bridge.uart import UartOpener

    _check_query(uri, {*_QUERY, "baud"})
    if not uri.target:
        raise ConfigError(f"{uri.text} names no port; write one like serial:///dev/ttyACM0, or see `stetho devices`.")
    driver = driver_of(uri)
    baud = uri.integer("baud", driver.baud)
    if not 1 <= baud <= _MOST_BAUD:
        raise ConfigError(f"baud={baud} in {uri.text} must be from 1 to {_MOST_BAUD}.")
    return BridgeSource(UartOpener(uri.target, baud), uri, driver=driver)


def open_tcp(uri: DeviceUri) -> Source:
    """`tcp://127.0.0.1:9000`. Raises ConfigError for an address with something wrong in it."""
    from firmware_bridge.tcp import TcpOpener

    _check_query(uri, {*_QUERY, "remote"})
    return BridgeSource(TcpOpener.of(uri), uri)


def open_ble(uri: DeviceUri) -> Source:
    """`ble://F0:5E:00:00:00:07`. Raises ConfigError for an address with something wrong in it."""
    from firmware_bridge.ble.opener import BleOpener

    _check_query(uri, _QUERY)
    return BridgeSource(BleOpener.of(uri), uri)


def driver_of(uri: DeviceUri) -> Driver:
    """The driver that `?driver=` names, else the one of our own protocol."""
    name = uri.query.get("driver", StethoLink.name)
    return StethoLink() if name == StethoLink.name else driver_named(name, uri.text)


def _check_query(uri: DeviceUri, known: Collection[str]) -> None:
    for key in uri.query:
        if key not in known:
            raise ConfigError(f"{key}= in {uri.text} means nothing here; known: {', '.join(sorted(known))}.")


class BridgeSource:
    """A Source over any link. Used once: open, stream, close.

    opener reaches the device, and can be had again by who wants the bare link; uri is its address and brings `codec`,
    `rate`, `channels` and `reconnect_s` (20).
    """

    def __init__(
        self, opener: Opener, uri: DeviceUri, clock: Clock = SYSTEM_CLOCK, driver: Driver | None = None
    ) -> None:
        self._uri = uri
        self._clock = clock
        self._driver = driver or driver_of(uri)
        self._reconnect_s = uri.reconnect_s()
        self.opener = opener
        address = f"{uri.scheme}://{uri.target}"
        self._connection = Connection(opener, address, self._driver, clock, self._received, self._link_lost)
        self._battery: asyncio.Future[int] | None = None
        self._capabilities: Capabilities | None = None
        self._choice: StreamChoice | None = None
        self._spec: StreamSpec | None = None
        self._stream: LiveStream | None = None
        self._capture: WireCapture | None = None

    def capture_wire(self, path: Path) -> None:
        """As `WiredSource` says: to be called before `open`. Raises RecordError where the file can't be made."""
        self._capture = WireCapture(path, self._uri.text, self._clock)
        self._connection.capture(self._capture)

    async def open(self) -> DeviceInfo:
        await asyncio.to_thread(warm)
        self._battery = asyncio.get_running_loop().create_future()
        capabilities = await self._connection.connect()
        try:
            choice = self._driver.choose(capabilities, self._uri)
        except ConfigError:
            await self.close()
            raise
        self._capabilities, self._choice = capabilities, choice
        self._spec = StreamSpec(choice.rate_hz, _origin(capabilities, self._uri), (CHEST, *choice.channels[1:]))
        return DeviceInfo(
            address=self._uri.text,
            driver=self._driver.name,
            product=capabilities.product,
            hardware=capabilities.hardware,
            firmware=capabilities.firmware,
            serial_number=capabilities.serial_number,
            origin=self._spec.origin,
            codec=_CODEC_NAMES[choice.codec],
            rate_hz=choice.rate_hz,
            channels=self._spec.channels,
            has_contact_sensor=Feature.CONTACT_SENSOR in capabilities.features,
            battery_percent=await self._battery_percent(capabilities),
            calibration_id=capabilities.calibration_id or None,
            mtu_bytes=self.opener.mtu_bytes if isinstance(self.opener, Packeted) else None,
        )

    def spec(self) -> StreamSpec:
        if self._spec is None:
            raise DeviceUnavailableError(f"{self._uri.text} is not open: call open() first.", reason="protocol")
        return self._spec

    async def stream(self, archive: Archive | None = None) -> AsyncGenerator[SourceItem, None]:
        spec = self.spec()
        assert self._choice is not None  # noqa: S101  # set with the spec
        assert self._capabilities is not None  # noqa: S101  # set with the spec
        self._stream = LiveStream(
            self._connection,
            spec,
            self._choice,
            self._capabilities.ring_samples,
            archive,
            self._reconnect_s,
            self._clock,
        )
        async with aclosing(self._stream.items()) as items:
            async for item in items:
                yield item

    def statistics(self) -> LinkStatistics:
        wire = self._connection.statistics()
        samples = self._stream.statistics() if self._stream else LinkStatistics()
        return replace(samples, frames_damaged=wire.frames_damaged, bytes_received=wire.bytes_received)

    async def close(self) -> None:
        if self._stream is not None:
            await self._stream.stop()
        await self._connection.close()
        if self._capture is not None:
            await asyncio.to_thread(self._capture.finish)

    def _received(self, message: Message, now_ns: int) -> None:
        if isinstance(message, Battery) and self._battery is not None and not self._battery.done():
            self._battery.set_result(message.percent)
        if self._stream is not None:
            self._stream.received(message, now_ns)

    def _link_lost(self, reason: str) -> None:
        if self._stream is not None:
            self._stream.link_lost(reason)

    async def _battery_percent(self, capabilities: Capabilities) -> int | None:
        """A device with a battery says its charge right after CAPABILITIES."""
        if Feature.BATTERY not in capabilities.features or self._battery is None:
            return None
        await asyncio.wait((self._battery,), timeout=_BATTERY_S)
        return self._battery.result() if self._battery.done() else None


def _origin(capabilities: Capabilities, uri: DeviceUri) -> Origin:
    """What the device says of itself; a product that can't say so is simulated where its address does."""
    if Feature.REPLAYED in capabilities.features:
        return Origin.REPLAYED
    simulated = Feature.SIMULATED in capabilities.features or "sim" in uri.scheme.split("+")
    return Origin.SIMULATED if simulated else Origin.DEVICE
