"""Samples asked for again: RESEND_REQUEST and RESEND_UNAVAILABLE (docs/protocol.md, rules R1 to R7)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar

from firmware_bridge.wire.fields import FieldReader

_RANGE = Struct("<HII")


@dataclass(frozen=True, slots=True)
class ResendRequest:
    """Host: send samples first_sample .. first_sample + samples - 1 again."""

    TYPE: ClassVar[int] = 0x04
    stream_id: int
    first_sample: int
    samples: int

    def pack(self) -> bytes:
        return _RANGE.pack(self.stream_id, self.first_sample, self.samples)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "ResendRequest":
        return cls(*fields.take(_RANGE))


@dataclass(frozen=True, slots=True)
class ResendUnavailable:
    """Device: these samples are gone for good."""

    TYPE: ClassVar[int] = 0x86
    stream_id: int
    first_sample: int
    samples: int

    def pack(self) -> bytes:
        return _RANGE.pack(self.stream_id, self.first_sample, self.samples)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "ResendUnavailable":
        return cls(*fields.take(_RANGE))
