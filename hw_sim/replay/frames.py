"""A captured frame in another session: the same bytes, but for the numbers that the host chose then."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from struct import Struct

from firmware_bridge.wire import (
    VERSION,
    Audio,
    Capabilities,
    Event,
    Feature,
    PacketDecoder,
    Pong,
    ResendUnavailable,
    Started,
    Stopped,
    TimeReply,
    encode,
)
from firmware_bridge.wire.cobs import DELIMITER, FrameDecoder, encode_frame
from firmware_bridge.wire.limits import MAX_ENCODED_BYTES, MAX_TEXT_BYTES

_U16, _U32 = Struct("<H"), Struct("<I")
_TOKEN_AT = 2
_STREAM_ID_AT = {
    Started.TYPE: 2,
    Stopped.TYPE: 2,
    Audio.TYPE: 2,
    Audio.RESENT_TYPE: 2,
    ResendUnavailable.TYPE: 2,
    Event.TYPE: 4,
    Pong.TYPE: 8,
}
_REPLAYED = " (replayed)"


@dataclass(frozen=True, slots=True)
class WireFrame:
    """One frame as it was captured, its delimiter included. body: what is in it; None where it is damaged."""

    data: bytes
    body: bytes | None

    @property
    def kind(self) -> int | None:
        """The message's type; None where nothing can be read."""
        return self.body[1] if self.body is not None and self.body[0] == VERSION else None

    @property
    def token(self) -> int:
        """Of a TIME_REPLY or PONG: which question it answers."""
        return int(_U32.unpack_from(self.body or b"", _TOKEN_AT)[0])

    def live_stop(self) -> int | None:
        """Of live audio: the wire's index after its last sample."""
        if self.kind != Audio.TYPE:
            return None
        for message in PacketDecoder().feed(self.data):
            if isinstance(message, Audio):
                return message.first_sample + message.samples
        return None

    def greeting(self, nonce: int) -> bytes:
        """Of CAPABILITIES: as the answer to a HELLO with that nonce; said to be replayed.

        What was simulated stays so; all the rest is a recording being played.
        """
        for message in PacketDecoder().feed(self.data):
            if isinstance(message, Capabilities):
                simulated = Feature.SIMULATED in message.features
                features = message.features if simulated else message.features | Feature.REPLAYED
                product = message.product.encode()[: MAX_TEXT_BYTES - len(_REPLAYED)].decode(errors="ignore")
                return encode(replace(message, nonce=nonce, features=features, product=product + _REPLAYED))
        return self.data

    def of_stream(self, stream_id: int, then: frozenset[int]) -> bytes:
        """With another stream id, where it has one of those that the host used then."""
        at = _STREAM_ID_AT.get(self.kind or 0)
        if self.body is None or at is None or len(self.body) < at + 2 or _U16.unpack_from(self.body, at)[0] not in then:
            return self.data
        return encode_frame(self.body[:at] + _U16.pack(stream_id) + self.body[at + 2 :])

    def answering(self, token: int) -> "WireFrame":
        """Of TIME_REPLY or PONG: as the answer to another question."""
        assert self.body is not None  # noqa: S101  # its type was read
        body = self.body[:_TOKEN_AT] + _U32.pack(token) + self.body[_TOKEN_AT + 4 :]
        return WireFrame(encode_frame(body), body)


class FrameCutter:
    """Cuts a device's bytes at the frames' ends; noise without an end comes in pieces of about a frame."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[WireFrame]:
        """The frames that became whole, and longer noise, in order: together they are the bytes that came."""
        *whole, rest = (self._pending + data).split(DELIMITER)
        for encoded in whole:
            yield _frame(encoded + DELIMITER)
        self._pending = rest
        if len(rest) > MAX_ENCODED_BYTES:
            yield from self.rest()

    def rest(self) -> Iterator[WireFrame]:
        """What came last and has no end."""
        if self._pending:
            yield WireFrame(self._pending, None)
        self._pending = b""


def _frame(data: bytes) -> WireFrame:
    return WireFrame(data, next(FrameDecoder().feed(data), None))


def stopped(stream_id: int, reason: int, stop_sample: int) -> bytes:
    """What the captured device never said."""
    return encode(Stopped(stream_id, reason, stop_sample % (1 << 32)))


def is_a(frame: WireFrame, *messages: type[Capabilities] | type[TimeReply] | type[Pong] | type[Stopped]) -> bool:
    """Whether it is whole and one of those."""
    return frame.kind in {message.TYPE for message in messages}
