"""How the other end fares: ERROR, PING and PONG (docs/protocol.md, rules S4 to S6)."""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import ClassVar

from firmware_bridge.wire.fields import FieldReader, text_field

_ERROR = Struct("<H")
_TOKEN = Struct("<I")
_PONG = Struct("<IBBHI")


class ErrorCode(IntEnum):
    """Why a device refused; other values are shown as they are."""

    UNSUPPORTED_VERSION = 1
    BAD_REQUEST = 2
    BUSY = 3
    FAULT = 4
    NO_SESSION = 5


@dataclass(frozen=True, slots=True)
class Error:
    """Device: the last request was refused, or something broke; `text` is for people."""

    TYPE: ClassVar[int] = 0x8A
    code: int
    text: str

    def pack(self) -> bytes:
        return _ERROR.pack(self.code) + text_field(self.text)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Error":
        (code,) = fields.take(_ERROR)
        return cls(code, fields.text())


@dataclass(frozen=True, slots=True)
class Ping:
    """Host: are you there?"""

    TYPE: ClassVar[int] = 0x06
    token: int

    def pack(self) -> bytes:
        return _TOKEN.pack(self.token)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Ping":
        return cls(*fields.take(_TOKEN))


class DeviceState(IntEnum):
    """What a device does, as PONG says."""

    IDLE = 0
    STREAMING = 1
    ENDED = 2


@dataclass(frozen=True, slots=True)
class Pong:
    """Device: I am, and this is what I do. next_sample: index of the stream's next sample to be taken."""

    TYPE: ClassVar[int] = 0x8B
    token: int
    state: int
    stream_id: int
    next_sample: int

    def pack(self) -> bytes:
        return _PONG.pack(self.token, self.state, 0, self.stream_id, self.next_sample)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Pong":
        token, state, _, stream_id, next_sample = fields.take(_PONG)
        return cls(token, state, stream_id, next_sample)
