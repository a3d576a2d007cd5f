"""Who is at the other end: HELLO and CAPABILITIES (docs/protocol.md, rules S1 to S9)."""

from dataclasses import dataclass
from enum import IntFlag
from struct import Struct
from typing import ClassVar

from firmware_bridge.wire.codecs import Codec
from firmware_bridge.wire.fields import FieldReader, MalformedError, text_field
from firmware_bridge.wire.limits import MAX_CHANNELS, MAX_RATE_HZ, MAX_RATES, VERSION

_VERSIONS = Struct("<BB")
_HELLO = Struct("<I")
_CAPABILITIES = Struct("<IHBI")
_COUNT = Struct("<B")
_RATE = Struct("<I")


@dataclass(frozen=True, slots=True)
class Hello:
    """Host: I speak these versions. Begins a session; the device forgets what it still had to send to another."""

    TYPE: ClassVar[int] = 0x01
    nonce: int
    client: str = "stetho"
    version_min: int = VERSION
    version_max: int = VERSION

    def pack(self) -> bytes:
        versions = _VERSIONS.pack(self.version_min, self.version_max)
        return versions + _HELLO.pack(self.nonce) + text_field(self.client)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Hello":
        low, high = fields.take(_VERSIONS)
        (nonce,) = fields.take(_HELLO)
        return cls(nonce, fields.text(), low, high)


class Feature(IntFlag):
    """What a device can do, and what it is."""

    NONE = 0
    CONTACT_SENSOR = 0x0001
    BATTERY = 0x0002
    SIMULATED = 0x0004
    REPLAYED = 0x0008
    TIME_SYNC = 0x0010


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Device: what I am and what I can do; the answer to HELLO.

    ring_samples: how many samples a channel the device keeps for resends. calibration_id: "" for none.
    """

    TYPE: ClassVar[int] = 0x81
    nonce: int
    product: str
    hardware: str
    firmware: str
    serial_number: str
    rates_hz: tuple[int, ...]
    channels: tuple[str, ...] = ("chest",)
    codecs: frozenset[Codec] = frozenset({Codec.PCM16})
    features: Feature = Feature.NONE
    ring_samples: int = 0
    calibration_id: str = ""
    version_min: int = VERSION
    version_max: int = VERSION

    def pack(self) -> bytes:
        mask = sum(1 << codec for codec in self.codecs)
        return b"".join(
            (
                _VERSIONS.pack(self.version_min, self.version_max),
                _CAPABILITIES.pack(self.nonce, self.features, mask, self.ring_samples),
                _COUNT.pack(len(self.rates_hz)),
                *(_RATE.pack(rate) for rate in self.rates_hz),
                _COUNT.pack(len(self.channels)),
                *(text_field(name) for name in self.channels),
                text_field(self.product),
                text_field(self.hardware),
                text_field(self.firmware),
                text_field(self.serial_number),
                text_field(self.calibration_id),
            )
        )

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Capabilities":
        low, high = fields.take(_VERSIONS)
        nonce, features, mask, ring = fields.take(_CAPABILITIES)
        rates = tuple(fields.take(_RATE)[0] for _ in range(_bounded(fields, MAX_RATES)))
        channels = tuple(fields.text() for _ in range(_bounded(fields, MAX_CHANNELS)))
        if not all(1 <= rate <= MAX_RATE_HZ for rate in rates):
            raise MalformedError(f"rates of {rates} Hz")
        product, hardware, firmware, serial_number, calibration_id = (fields.text() for _ in range(5))
        return cls(
            nonce=nonce,
            product=product,
            hardware=hardware,
            firmware=firmware,
            serial_number=serial_number,
            rates_hz=rates,
            channels=channels,
            codecs=frozenset(codec for codec in Codec if mask >> codec & 1),
            features=Feature(features & _KNOWN_FEATURES),  # enum keeps every value it ever saw
            ring_samples=ring,
            calibration_id=calibration_id,
            version_min=low,
            version_max=high,
        )


_KNOWN_FEATURES = sum(Feature)


def _bounded(fields: FieldReader, limit: int) -> int:
    (count,) = fields.take(_COUNT)
    if not 1 <= count <= limit:
        raise MalformedError(f"a list of {count}, 1 to {limit} allowed")
    return count


@dataclass(frozen=True, slots=True)
class ForeignVersion:
    """A HELLO or CAPABILITIES of another version: only its first four bytes are read, which never change (S2)."""

    type: int
    version: int
    version_min: int
    version_max: int

    @classmethod
    def read(cls, body: bytes) -> "ForeignVersion":
        low, high = FieldReader(body, 2).take(_VERSIONS)
        return cls(body[1], body[0], low, high)
