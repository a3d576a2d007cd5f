"""A stream's beginning and end: START, STARTED, STOP, STOPPED (docs/protocol.md, rules T1 to T9)."""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import ClassVar

from firmware_bridge.wire.codecs import Codec
from firmware_bridge.wire.fields import FieldReader

_START = Struct("<HBBI")
_STARTED = Struct("<HBBIIIQ")
_STREAM = Struct("<H")
_STOPPED = Struct("<HBBI")


@dataclass(frozen=True, slots=True)
class Start:
    """Host: stream. The id of a stream that the device still has resumes it; any other begins one at sample 0.

    channels: how many, in the order of CAPABILITIES, the first always the chest.
    """

    TYPE: ClassVar[int] = 0x02
    stream_id: int
    codec: Codec
    channels: int
    rate_hz: int

    def pack(self) -> bytes:
        return _START.pack(self.stream_id, self.codec, self.channels, self.rate_hz)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Start":
        stream_id, codec, channels, rate_hz = fields.take(_START)
        return cls(stream_id, Codec(codec), channels, rate_hz)


@dataclass(frozen=True, slots=True)
class Started:
    """Device: the stream runs.

    first_sample: index of the first sample that AUDIO will bring; device_time_us: when it was or will be taken.
    oldest_sample: index of the oldest sample that the ring still holds.
    """

    TYPE: ClassVar[int] = 0x82
    stream_id: int
    codec: Codec
    channels: int
    rate_hz: int
    first_sample: int
    oldest_sample: int
    device_time_us: int

    def pack(self) -> bytes:
        return _STARTED.pack(
            self.stream_id,
            self.codec,
            self.channels,
            self.rate_hz,
            self.first_sample,
            self.oldest_sample,
            self.device_time_us,
        )

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Started":
        stream_id, codec, channels, rate_hz, first, oldest, time_us = fields.take(_STARTED)
        return cls(stream_id, Codec(codec), channels, rate_hz, first, oldest, time_us)


@dataclass(frozen=True, slots=True)
class Stop:
    """Host: enough. Answered by STOPPED, also where nothing streams."""

    TYPE: ClassVar[int] = 0x03
    stream_id: int

    def pack(self) -> bytes:
        return _STREAM.pack(self.stream_id)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Stop":
        return cls(*fields.take(_STREAM))


class StopReason(IntEnum):
    """Why a stream ended; other values are shown as they are."""

    REQUESTED = 0
    ENDED = 1
    BATTERY = 2
    FAULT = 3
    TAKEN_OVER = 4


@dataclass(frozen=True, slots=True)
class Stopped:
    """Device: the stream ended before sample `stop_sample`; its ring serves resends until the next START or HELLO."""

    TYPE: ClassVar[int] = 0x83
    stream_id: int
    reason: int
    stop_sample: int

    def pack(self) -> bytes:
        return _STOPPED.pack(self.stream_id, self.reason, 0, self.stop_sample)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Stopped":
        stream_id, reason, _, stop_sample = fields.take(_STOPPED)
        return cls(stream_id, reason, stop_sample)
