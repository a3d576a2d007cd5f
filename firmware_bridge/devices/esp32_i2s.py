"""ESP32 boards with an I2S microphone: int16 samples, low byte first, and nothing else; no number, no checksum."""

from collections.abc import Iterator

import numpy as np

from firmware_bridge.driver import StreamChoice
from firmware_bridge.plain_stream import Block, PlainDriver, Reader
from firmware_bridge.wire import Capabilities, Codec
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError

_SLOWEST_HZ, _FASTEST_HZ = 2000, 96_000


class Esp32I2s(PlainDriver):
    """16 kHz, or what `?rate=` says: the firmware's author chose it, and the bytes don't tell.

    Over TCP, where no byte is lost on the way: on a serial line one lost byte would swap the halves of all samples.
    """

    name = "esp32_i2s"
    product = "ESP32 with an I2S microphone"
    rates_hz = (16_000,)

    def reader(self) -> Reader:
        return Int16Reader()

    def choose(self, capabilities: Capabilities, uri: DeviceUri) -> StreamChoice:
        if uri.scheme == "serial":
            raise ConfigError(
                "driver=esp32_i2s can't be used on a serial port, where a lost byte can't be seen: use tcp://."
            )
        rate_hz = uri.integer("rate", self.rates_hz[0])
        if not _SLOWEST_HZ <= rate_hz <= _FASTEST_HZ:
            raise ConfigError(f"rate={rate_hz} in {uri.text} must be from {_SLOWEST_HZ} to {_FASTEST_HZ}.")
        return StreamChoice(Codec.PCM16, rate_hz, capabilities.channels)


class Int16Reader:
    """Two bytes a sample; one that came alone waits for the other."""

    damaged = 0

    def __init__(self) -> None:
        self._half = b""

    def feed(self, data: bytes) -> Iterator[Block]:
        whole = self._half + data
        even = len(whole) // 2 * 2
        self._half = whole[even:]
        if even:
            yield Block(np.frombuffer(whole, "<i2", even // 2).astype(np.int16), lost_before=None)
