"""The driver for every device that speaks our own open protocol (docs/protocol.md)."""

from firmware_bridge.driver import Decoder, StreamChoice
from firmware_bridge.wire import Capabilities, Codec, Hello, HostMessage, PacketDecoder, encode
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError

_PREFERRED_RATE_HZ = 4000
_CODECS = {"pcm16": Codec.PCM16, "adpcm": Codec.IMA_ADPCM}


class StethoLink:
    """Prefers PCM16, which loses nothing, and 4 kHz; `?codec=`, `?rate=` and `?channels=` of the address override."""

    name = "stetho_link"
    baud = 921_600

    def decoder(self) -> Decoder:
        return PacketDecoder()

    def encode(self, message: HostMessage) -> bytes:
        # A delimiter first (F5): it ends whatever an earlier client, or noise, left unfinished at the device.
        return b"\x00" + encode(message) if isinstance(message, Hello) else encode(message)

    def choose(self, capabilities: Capabilities, uri: DeviceUri) -> StreamChoice:
        return StreamChoice(_codec(capabilities, uri), _rate_hz(capabilities, uri), _channels(capabilities, uri))


def _codec(capabilities: Capabilities, uri: DeviceUri) -> Codec:
    asked = uri.query.get("codec")
    if asked is None:
        return min(capabilities.codecs, default=Codec.PCM16)
    if asked not in _CODECS:
        raise ConfigError(f"codec={asked!r} in {uri.text} must be one of: {', '.join(_CODECS)}.")
    if _CODECS[asked] not in capabilities.codecs:
        raise ConfigError(f"{capabilities.product} does not send {asked}; leave codec= out of the address.")
    return _CODECS[asked]


def _rate_hz(capabilities: Capabilities, uri: DeviceUri) -> int:
    rates = capabilities.rates_hz
    asked = uri.integer("rate", 0)
    if asked in rates:
        return asked
    if asked:
        offered = ", ".join(map(str, sorted(rates)))
        raise ConfigError(f"{capabilities.product} does not sample at {asked} Hz; it offers {offered}.")
    return min(rates, key=lambda rate: (rate < _PREFERRED_RATE_HZ, abs(rate - _PREFERRED_RATE_HZ)))


def _channels(capabilities: Capabilities, uri: DeviceUri) -> tuple[str, ...]:
    have = len(capabilities.channels)
    wanted = uri.integer("channels", have)
    if not 1 <= wanted <= have:
        raise ConfigError(f"{capabilities.product} has {have} channels; channels={wanted} is not possible.")
    return capabilities.channels[:wanted]
