"""Version 1: which number is which message, and the bytes of one, both ways."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from firmware_bridge.wire.cobs import FrameDecoder, encode_frame
from firmware_bridge.wire.fields import FieldReader
from firmware_bridge.wire.limits import VERSION
from firmware_bridge.wire.messages.audio import Audio
from firmware_bridge.wire.messages.resend import ResendRequest, ResendUnavailable
from firmware_bridge.wire.messages.session import Capabilities, ForeignVersion, Hello
from firmware_bridge.wire.messages.signals import Battery, Event
from firmware_bridge.wire.messages.status import Error, Ping, Pong
from firmware_bridge.wire.messages.streaming import Start, Started, Stop, Stopped
from firmware_bridge.wire.messages.time_sync import TimeReply, TimeRequest

HostMessage = Hello | Start | Stop | ResendRequest | TimeRequest | Ping
DeviceMessage = (
    Capabilities | Started | Stopped | Audio | ResendUnavailable | TimeReply | Event | Battery | Error | Pong
)
Message = HostMessage | DeviceMessage | ForeignVersion

_UNPACK: dict[int, Callable[[FieldReader], Message]] = {
    Hello.TYPE: Hello.unpack,
    Start.TYPE: Start.unpack,
    Stop.TYPE: Stop.unpack,
    ResendRequest.TYPE: ResendRequest.unpack,
    TimeRequest.TYPE: TimeRequest.unpack,
    Ping.TYPE: Ping.unpack,
    Capabilities.TYPE: Capabilities.unpack,
    Started.TYPE: Started.unpack,
    Stopped.TYPE: Stopped.unpack,
    Audio.TYPE: Audio.unpack,
    Audio.RESENT_TYPE: Audio.unpack_resent,
    ResendUnavailable.TYPE: ResendUnavailable.unpack,
    TimeReply.TYPE: TimeReply.unpack,
    Event.TYPE: Event.unpack,
    Battery.TYPE: Battery.unpack,
    Error.TYPE: Error.unpack,
    Pong.TYPE: Pong.unpack,
}
_FROZEN = frozenset({Hello.TYPE, Capabilities.TYPE})
_HEADER_BYTES = 2


def encode_body(message: HostMessage | DeviceMessage, version: int = VERSION) -> bytes:
    """A message's version, type and fields: what goes into a frame. Raises ValueError where it breaks a bound."""
    kind = message.RESENT_TYPE if isinstance(message, Audio) and message.resent else message.TYPE
    return bytes((version, kind)) + message.pack()


def encode(message: HostMessage | DeviceMessage, version: int = VERSION) -> bytes:
    """The bytes of a message on the wire, its delimiter included. Raises ValueError where it breaks a bound."""
    return encode_frame(encode_body(message, version))


def warm() -> None:
    """Compiles or loads the wire's kernels: seconds on the very first run, so never on an event loop."""
    list(PacketDecoder().feed(encode(Ping(0))))


@dataclass(frozen=True, slots=True)
class WireStatistics:
    """Counts since the decoder began; the first four as in FrameStatistics.

    unknown: intact frames of a type or version that this one does not know; malformed: of a known type that break
    its layout; trailing_bytes: bytes after the fields of a known type, skipped.
    """

    bytes_received: int = 0
    frames_received: int = 0
    frames_damaged: int = 0
    frames_oversize: int = 0
    messages_unknown: int = 0
    messages_malformed: int = 0
    trailing_bytes: int = 0


class PacketDecoder:
    """Bytes to messages. Any split of the bytes gives the same messages; noise is counted, never raised."""

    def __init__(self) -> None:
        self._frames = FrameDecoder()
        self._unknown = self._malformed = self._trailing = 0

    def feed(self, data: bytes | bytearray | memoryview) -> Iterator[Message]:
        """Takes every byte of `data` at once; gives the messages that became whole by it."""
        messages = (self._message(body) for body in self._frames.feed(data))
        return iter([message for message in messages if message is not None])

    def _message(self, body: bytes) -> Message | None:
        unpack = _UNPACK.get(body[1])
        foreign = body[0] != VERSION
        if unpack is None or (foreign and body[1] not in _FROZEN):
            self._unknown += 1
            return None
        try:
            if foreign:
                return ForeignVersion.read(body)
            fields = FieldReader(body, _HEADER_BYTES)
            message = unpack(fields)
        except ValueError:  # a bound that is broken, or a number that no enumeration has
            self._malformed += 1
            return None
        self._trailing += fields.left
        return message

    def statistics(self) -> WireStatistics:
        f = self._frames.statistics()
        return WireStatistics(
            f.bytes_received,
            f.frames_received,
            f.frames_damaged,
            f.frames_oversize,
            self._unknown,
            self._malformed,
            self._trailing,
        )
