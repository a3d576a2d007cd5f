"""What time the device has: TIME_REQUEST and TIME_REPLY (docs/protocol.md, rules C1 to C4)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar

from firmware_bridge.wire.fields import FieldReader

_TOKEN = Struct("<I")
_REPLY = Struct("<IQQ")


@dataclass(frozen=True, slots=True)
class TimeRequest:
    """Host: what time is it? The token comes back in the answer."""

    TYPE: ClassVar[int] = 0x05
    token: int

    def pack(self) -> bytes:
        return _TOKEN.pack(self.token)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "TimeRequest":
        return cls(*fields.take(_TOKEN))


@dataclass(frozen=True, slots=True)
class TimeReply:
    """Device: its monotonic microseconds when the request was whole, and when this answer was handed to the link."""

    TYPE: ClassVar[int] = 0x87
    token: int
    received_us: int
    sent_us: int

    def pack(self) -> bytes:
        return _REPLY.pack(self.token, self.received_us, self.sent_us)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "TimeReply":
        return cls(*fields.take(_REPLY))
