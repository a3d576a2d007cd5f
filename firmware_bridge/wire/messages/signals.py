"""What a device notices beside sound: EVENT and BATTERY (docs/protocol.md, rules E1 to E5)."""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import ClassVar

from firmware_bridge.wire.fields import FieldReader

_EVENT = Struct("<BBHII")
_BATTERY = Struct("<BBH")


class EventKind(IntEnum):
    """What happened; a message of another kind is skipped and counted."""

    CONTACT_ON = 1
    CONTACT_OFF = 2
    BUTTON = 3
    OVERFLOW = 4


class SiteCode(IntEnum):
    """Where the chest piece lies, if the device knows: the four standard auscultation sites."""

    UNKNOWN = 0
    AV = 1
    PV = 2
    TV = 3
    MV = 4


@dataclass(frozen=True, slots=True)
class Event:
    """Device: something happened at sample `sample` of the stream.

    value: the SiteCode for CONTACT_ON, the button's number for BUTTON, else 0.
    samples: for OVERFLOW, how many samples from `sample` on the device lost before it could send them.
    """

    TYPE: ClassVar[int] = 0x88
    kind: EventKind
    stream_id: int
    sample: int
    value: int = 0
    samples: int = 0

    def pack(self) -> bytes:
        return _EVENT.pack(self.kind, self.value, self.stream_id, self.sample, self.samples)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Event":
        kind, value, stream_id, sample, samples = fields.take(_EVENT)
        return cls(EventKind(kind), stream_id, sample, value, samples)

    @property
    def site(self) -> str | None:
        """AV, PV, TV or MV; None where the device does not know, or for another kind of event."""
        if self.kind is not EventKind.CONTACT_ON or self.value not in _SITES:
            return None
        return _SITES[self.value]


_SITES = {code.value: code.name for code in SiteCode if code is not SiteCode.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Battery:
    """Device: the battery's charge in percent (0 to 100) and its voltage in mV, 0 where not measured."""

    TYPE: ClassVar[int] = 0x89
    percent: int
    charging: bool = False
    millivolts: int = 0

    def pack(self) -> bytes:
        return _BATTERY.pack(self.percent, int(self.charging), self.millivolts)

    @classmethod
    def unpack(cls, fields: FieldReader) -> "Battery":
        percent, flags, millivolts = fields.take(_BATTERY)
        return cls(min(percent, 100), bool(flags & 1), millivolts)
