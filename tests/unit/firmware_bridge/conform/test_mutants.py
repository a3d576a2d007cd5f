"""Devices that each break one rule: the suite says which, and blames no other."""

import random
from dataclasses import replace

import pytest

from firmware_bridge.conform.raw_frame import FrameFault, FrameSplitter, RawFrame, cobs_encoded, crc16, framed
from firmware_bridge.conform.suite import CHECKS
from firmware_bridge.wire import (
    Audio,
    Battery,
    Capabilities,
    Codec,
    Error,
    Event,
    Feature,
    ForeignVersion,
    Hello,
    PacketDecoder,
    Ping,
    Pong,
    ResendRequest,
    ResendUnavailable,
    Start,
    Started,
    Stop,
    Stopped,
    TimeReply,
    TimeRequest,
    encode,
)
from firmware_bridge.wire.v1 import encode_body
from hw_sim.device import Device
from hw_sim.recipe import Recipe

MUTANTS: list[type["Mutant"]] = []


class Mutant(Device):
    """A simulated device with a wrong ear (`hears`, and `hears_frame` for what is no message) or mouth (`says`).

    Both give bytes: what the firmware gets instead, what the host gets instead. rules: what it breaks.
    """

    rules: frozenset[str] = frozenset()
    ring_s = 30.0

    def __init__(self) -> None:
        made = Recipe("clear", 3).device()
        super().__init__(replace(made.identity, ring_s=self.ring_s), made.programme)
        self._ear, self._mouth, self._decoder = FrameSplitter(), FrameSplitter(), PacketDecoder()
        self._later: list[tuple[int, bytes]] = []
        self.at_us, self.dead = 0, False

    def __init_subclass__(cls, breaks: str = "") -> None:
        cls.rules = frozenset(breaks.split())
        if cls.rules:
            MUTANTS.append(cls)

    def receive(self, data, now_us):
        self.at_us = now_us
        if not self.dead:
            super().receive(b"".join(map(self.hears_frame, self._ear.feed(data))), now_us)

    def poll(self, now_us):
        self.at_us = now_us
        out = b"".join(map(self.says_frame, self._mouth.feed(super().poll(now_us))))
        self._later, due = (
            [one for one in self._later if one[0] > now_us],
            [one[1] for one in self._later if one[0] <= now_us],
        )
        return b"" if self.dead else out + b"".join(due)

    @property
    def due_us(self):
        times = [super().due_us, *(at_us for at_us, _ in self._later)]
        return min((at_us for at_us in times if at_us is not None), default=None)

    def _message(self, frame: RawFrame):
        return next(self._decoder.feed(frame.encoded + b"\x00"), None)

    def hears_frame(self, frame: RawFrame) -> bytes:
        message = self._message(frame)
        return (
            frame.encoded + b"\x00" if message is None or isinstance(message, ForeignVersion) else self.hears(message)
        )

    def says_frame(self, frame: RawFrame) -> bytes:
        message = self._message(frame)
        assert message is not None
        return self.says(message)

    def hears(self, message) -> bytes:
        return encode(message)

    def says(self, message) -> bytes:
        return encode(message)

    def later(self, message, seconds: float) -> bytes:
        self._later.append((self.at_us + int(seconds * 1e6), encode(message)))
        return b""

    def tell(self, message) -> bytes:
        """Says it in place of the firmware, which hears nothing."""
        return self.later(message, 0)


# --- F, B: frames ----------------------------------------------------------------------------------------------------


class NoCobs(Mutant, breaks="F1"):
    def says(self, message):
        return b"\xf0" + encode(message)


class AudioNoCobs(Mutant, breaks="F1"):
    def says(self, message):
        return b"\xf0" * isinstance(message, Audio) + encode(message)


class WrongCrc(Mutant, breaks="F2"):
    """The CRC's start value is 0."""

    def says(self, message):
        import binascii

        body = encode_body(message)
        return framed(body, binascii.crc_hqx(body, 0))


class AudioWrongCrc(Mutant, breaks="F2"):
    def says(self, message):
        body = encode_body(message)
        return framed(body, crc16(body) ^ 1) if isinstance(message, Audio) else encode(message)


class EventCutShort(Mutant, breaks="F3"):
    def says(self, message):
        return encode(message) + (framed(b"\x01\x88\x03\x00") if isinstance(message, Audio) else b"")


class BodyOfOneByte(Mutant, breaks="F3"):
    def says(self, message):
        return encode(message) + framed(b"\x01")


class NoiseEndsTheSession(Mutant, breaks="F4"):
    def hears_frame(self, frame):
        if frame.fault is not None:
            self.client_lost()
        return super().hears_frame(frame)


class CrcIsNotLookedAt(Mutant, breaks="F4"):
    def hears_frame(self, frame):
        return framed(frame.body) if frame.fault is FrameFault.WRONG_CRC else super().hears_frame(frame)


class OversizeKills(Mutant, breaks="F4"):
    def hears_frame(self, frame):
        self.dead = self.dead or len(frame.encoded) > 1100
        return super().hears_frame(frame)


class FloodKills(Mutant, breaks="F7"):
    burst = (0, 0)

    def hears(self, message):
        at_us, heard = self.burst
        self.burst = (self.at_us, heard + 1 if self.at_us == at_us else 1)
        self.dead = self.dead or heard > 100
        return encode(message)


class EmptyFramesSwallow(Mutant, breaks="F5"):
    def receive(self, data, now_us):
        super().receive(data.partition(bytes(4))[0], now_us)


class WantsWholeFrames(Mutant, breaks="F6"):
    def receive(self, data, now_us):
        super().receive(data if data.endswith(b"\x00") and len(data) > 1 else b"", now_us)


class TakesOneFrameAtOnce(Mutant, breaks="F6"):
    def receive(self, data, now_us):
        super().receive(data.lstrip(b"\x00").partition(b"\x00")[0] + b"\x00", now_us)


class PacketsTooLong(Mutant, breaks="B2"):
    def says(self, message):
        if not isinstance(message, Audio):
            return encode(message)
        body = bytearray(encode_body(message)[:24]) + bytes(4 + 501)
        body[12:14], body[14] = (1001).to_bytes(2, "little"), 1
        return framed(bytes(body))


# --- V: versions -----------------------------------------------------------------------------------------------------


class MixesVersions(Mutant, breaks="V1"):
    def says(self, message):
        return encode(message) + (encode(message, 3) if isinstance(message, Audio) else b"")


class DoesNotSpeakItsVersion(Mutant, breaks="V2"):
    def says(self, message):
        return encode(replace(message, version_min=2) if isinstance(message, Capabilities) else message)


class SilentToTheFuture(Mutant, breaks="V3"):
    def hears_frame(self, frame):
        return b"" if frame.body[:1] == b"\x08" and frame.body[1:2] == b"\x01" else super().hears_frame(frame)


class WantsNoNewerHost(Mutant, breaks="V3"):
    def hears(self, message):
        return b"" if isinstance(message, Hello) and message.version_max > 1 else encode(message)


class UnknownTypeKills(Mutant, breaks="V4"):
    def hears_frame(self, frame):
        self.dead = self.dead or (frame.fault is None and frame.body[1] > 6)
        return super().hears_frame(frame)


class UnknownTypeIsAnError(Mutant, breaks="V4"):
    def hears_frame(self, frame):
        if frame.fault is None and 6 < frame.body[1] < 0x80:
            return self.tell(Error(2, "what is that?"))
        return super().hears_frame(frame)


class VersionIsNotLookedAt(Mutant, breaks="V4"):
    def hears_frame(self, frame):
        if frame.fault is None and frame.body[0] != 1 and frame.body[1] != Hello.TYPE:
            return framed(b"\x01" + frame.body[1:])
        return super().hears_frame(frame)


class WantsExactLength(Mutant, breaks="V5"):
    def hears_frame(self, frame):
        message = self._message(frame)
        exact = message is None or isinstance(message, ForeignVersion) or encode_body(message) == frame.body
        return super().hears_frame(frame) if exact else b""


class TakesAnyHello(Mutant, breaks="V6"):
    def hears_frame(self, frame):
        if frame.fault is None and frame.body[:2] == b"\x01\x01" and self._message(frame) is None:
            return encode(Hello(0x7E57))
        return super().hears_frame(frame)


class TakesAnyCodec(Mutant, breaks="V6"):
    def hears_frame(self, frame):
        if frame.fault is None and frame.body[:2] == b"\x01\x02" and frame.body[4:5] == b"\x09":
            return framed(frame.body[:4] + b"\x00" + frame.body[5:])
        return super().hears_frame(frame)


class ReservedIsUsed(Mutant, breaks="V7"):
    def says(self, message):
        body = bytearray(encode_body(message))
        if isinstance(message, Stopped):
            body[5] = 7
        return framed(bytes(body))


# --- S: the session --------------------------------------------------------------------------------------------------


class SlowToAnswer(Mutant, breaks="S1"):
    def says(self, message):
        return self.later(message, 0.7) if isinstance(message, (Capabilities, Battery)) else encode(message)


class NonceIsForgotten(Mutant, breaks="S1"):
    def says(self, message):
        return encode(replace(message, nonce=0xAFFE) if isinstance(message, Capabilities) else message)


class HelloDoesNotEndTheOld(Mutant, breaks="S2"):
    start: Start | None = None
    hushed: tuple[type, ...] = ()

    def hears(self, message):
        if isinstance(message, Start):
            self.start, self.hushed = message, ()
        elif isinstance(message, Stop):
            self.start = None
        elif isinstance(message, Hello) and self.start:
            self.hushed = (Started, Event)
            return encode(message) + encode(self.start)
        return encode(message)

    def says(self, message):
        return b"" if isinstance(message, self.hushed) else encode(message)


class HelloIsNotHeardInMidStream(Mutant, breaks="S2"):
    streams = False

    def hears(self, message):
        if isinstance(message, Hello) and self.streams:
            return b""
        self.streams = isinstance(message, Start) or (self.streams and not isinstance(message, Stop))
        return encode(message)

    def client_lost(self):
        self.streams = False
        super().client_lost()


class ClientsEndIsNotNoticed(Mutant, breaks="S3"):
    start: Start | None = None
    hushed: tuple[type, ...] = ()

    def hears(self, message):
        if isinstance(message, (Start, Stop, Hello)):
            self.start, self.hushed = message if isinstance(message, Start) else None, ()
        return encode(message)

    def client_lost(self):
        super().client_lost()
        if self.start:
            self.hushed = (Capabilities, Battery, Started, Event)
            Device.receive(self, encode(Hello(1)) + encode(self.start), self.at_us)

    def says(self, message):
        return b"" if isinstance(message, self.hushed) else encode(message)


class NeedsNoHello(Mutant, breaks="S4"):
    greeted = hushed = False

    def client_lost(self):
        super().client_lost()
        self.greeted = False

    def hears(self, message):
        self.hushed = not isinstance(message, (Hello, Ping, TimeRequest)) and not self.greeted
        self.greeted = self.greeted or isinstance(message, Hello)
        return encode(Hello(1)) * self.hushed + encode(message)

    def says(self, message):
        return b"" if self.hushed and isinstance(message, Capabilities) else encode(message)


class NoPong(Mutant, breaks="S5"):
    def hears(self, message):
        return b"" if isinstance(message, Ping) else encode(message)


class PongWithoutToken(Mutant, breaks="S5"):
    def says(self, message):
        return encode(replace(message, token=0) if isinstance(message, Pong) else message)


class PongSaysIdle(Mutant, breaks="S5"):
    def says(self, message):
        return encode(replace(message, state=0) if isinstance(message, Pong) else message)


class Impatient(Mutant, breaks="S6"):
    heard_us = 0

    def receive(self, data, now_us):
        self.heard_us = now_us
        super().receive(data, now_us)

    def says(self, message):
        return b"" if isinstance(message, Audio) and self.at_us - self.heard_us > 5_000_000 else encode(message)


class NoBattery(Mutant, breaks="S7"):
    def says(self, message):
        return b"" if isinstance(message, Battery) else encode(message)


class PassesForReal(Mutant, breaks="S8"):
    def says(self, message):
        real = isinstance(message, Capabilities)
        return encode(replace(message, features=message.features & ~Feature.SIMULATED) if real else message)


class NewNumberEachTime(Mutant, breaks="S9"):
    def says(self, message):
        if not isinstance(message, Capabilities):
            return encode(message)
        return encode(replace(message, serial_number=f"SIM-{self.at_us}"))


# --- T: the stream ---------------------------------------------------------------------------------------------------


def possible(start: Start) -> bool:
    return bool(start.stream_id) and start.channels == 1 and start.rate_hz in {4000, 2000}


class Alias(Mutant):
    """Tells the firmware other stream ids than the host says, so that it takes an old stream for new, or new for old.

    `anew(start)`: the id that the firmware is told. Its streams keep the host's id outwards.
    """

    said = told = 0

    def anew(self, start: Start) -> int:
        raise NotImplementedError

    def fresh(self) -> int:
        return self.told % 60_000 + 1

    def hears(self, message):
        if isinstance(message, Start) and possible(message):
            self.told = self.anew(message)
            self.said = message.stream_id
            return encode(replace(message, stream_id=self.told))
        if isinstance(message, (Stop, ResendRequest)):
            return encode(self._swapped(message, self.said, self.told))
        return encode(message)

    def says(self, message):
        return encode(self._swapped(message, self.told, self.said) if hasattr(message, "stream_id") else message)

    def _swapped(self, message, one, other):
        if message.stream_id in {one, other}:
            return replace(message, stream_id=other if message.stream_id == one else one)
        return message


class BeginsAtOne(Mutant, breaks="T1"):
    def hears(self, message):
        if isinstance(message, ResendRequest):
            message = replace(message, first_sample=max(message.first_sample - 1, 0))
        return encode(message)

    def says(self, message):
        moved = isinstance(message, (Audio, ResendUnavailable))
        return encode(replace(message, first_sample=message.first_sample + 1) if moved else message)


class NeverStarts(Mutant, breaks="T1"):
    def hears(self, message):
        return encode(replace(message, rate_hz=1) if isinstance(message, Start) else message)


class StartsAndIsSilent(Mutant, breaks="T1"):
    def says(self, message):
        return b"" if isinstance(message, Audio) else encode(message)


class NewIdResumes(Alias, breaks="T1"):
    streams = False

    def hears(self, message):
        data = super().hears(message)
        if isinstance(message, (Start, Stop, Hello)):
            self.streams = isinstance(message, Start) and possible(message)
        return data

    def anew(self, start):
        return self.told if self.streams or start.stream_id == self.said else self.fresh()


class IndexJumps(Mutant, breaks="T2"):
    """From sample 640 on all indices are 30 too high, which is 7.5 ms, and times are not."""

    def _moved(self, sample: int, by: int) -> int:
        return sample + by if sample >= 640 else sample

    def hears(self, message):
        if isinstance(message, ResendRequest):
            message = replace(message, first_sample=self._moved(message.first_sample, -30))
        return encode(message)

    def says(self, message):
        for name in ("first_sample", "next_sample", "stop_sample"):
            if hasattr(message, name):
                return encode(replace(message, **{name: self._moved(getattr(message, name), 30)}))
        return encode(message)


class IndexTwice(Mutant, breaks="T2"):
    """Every packet after the first is one sample longer ago than it says; the last sample is sent again."""

    def says(self, message):
        late = isinstance(message, (Audio, ResendUnavailable)) and message.first_sample
        return encode(replace(message, first_sample=message.first_sample - 1) if late else message)

    def hears(self, message):
        if isinstance(message, ResendRequest):
            message = replace(message, first_sample=min(message.first_sample + 1, 0xFFFFFFFF))
        return encode(message)


class NeverResumes(Alias, breaks="T3"):
    def anew(self, start):
        return self.fresh()


class ResumedIsCountedAnew(Mutant, breaks="T3"):
    base, last = 0, -1

    def hears(self, message):
        if isinstance(message, Start):
            self.base = self.last + 1
        return encode(message)

    def says(self, message):
        if not isinstance(message, Audio):
            return encode(message)
        if not message.resent:
            self.base = 0 if message.sequence == 0 else self.base
            self.last = message.sequence
        return encode(replace(message, sequence=max(message.sequence - self.base, 0)))


class RateIsNotLookedAt(Mutant, breaks="T3"):
    first: Start | None = None

    def hears(self, message):
        if isinstance(message, Start) and self.first and message.stream_id == self.first.stream_id:
            return encode(self.first)
        self.first = message if isinstance(message, Start) else self.first
        return encode(message)


class ForgetsWhoLeft(Alias, breaks="T4"):
    left = False

    def client_lost(self):
        super().client_lost()
        self.left = True

    def anew(self, start):
        new = self.left or start.stream_id != self.said
        self.left = False
        return self.fresh() if new else self.told


class SilentlyRefuses(Mutant, breaks="T5"):
    def says(self, message):
        return b"" if isinstance(message, Error) and message.code == 2 else encode(message)


class TakesAnyRate(Mutant, breaks="T5"):
    def hears(self, message):
        odd = isinstance(message, Start) and message.rate_hz not in {4000, 2000}
        return encode(replace(message, rate_hz=4000) if odd else message)


class RefusedIsEnded(Mutant, breaks="T5"):
    start: Start | None = None

    def hears(self, message):
        if isinstance(message, Start) and possible(message):
            self.start = message
        elif isinstance(message, Start) and self.start:
            return encode(message) + encode(Stop(self.start.stream_id))
        return encode(message)


class StopIsNotHeard(Mutant, breaks="T6"):
    greeted = False

    def client_lost(self):
        super().client_lost()
        self.greeted = False

    def hears(self, message):
        self.greeted = self.greeted or isinstance(message, Hello)
        return b"" if isinstance(message, Stop) and self.greeted else encode(message)


class StopOfNothingIsNotAnswered(Mutant, breaks="T6"):
    start: Start | None = None

    def hears(self, message):
        if isinstance(message, Stop) and not self.start:
            return b""
        if isinstance(message, (Start, Hello)):
            self.start = message if isinstance(message, Start) else None
        return encode(message)


class AudioAfterTheEnd(Mutant, breaks="T6"):
    last: Audio | None = None

    def says(self, message):
        if isinstance(message, Audio) and not message.resent:
            self.last = message
        if isinstance(message, Stopped) and self.last and self.last.stream_id == message.stream_id:
            self.later(self.last, 0.02)
        return encode(message)


class EndsAtZero(Mutant, breaks="T6"):
    def says(self, message):
        return encode(replace(message, stop_sample=0) if isinstance(message, Stopped) else message)


class RingEndsWithTheStream(Mutant, breaks="T8"):
    ended = False

    def hears(self, message):
        self.ended = isinstance(message, Stop) or (self.ended and not isinstance(message, Start))
        if self.ended and isinstance(message, ResendRequest):
            return self.tell(ResendUnavailable(message.stream_id, message.first_sample, message.samples))
        return encode(message)


class SecondStopIsAnotherEnd(Mutant, breaks="T10"):
    stopped: tuple[int, ...] = ()

    def hears(self, message):
        if isinstance(message, Stop):
            self.stopped = (*self.stopped, message.stream_id)
        return encode(message)

    def says(self, message):
        twice = isinstance(message, Stopped) and self.stopped.count(message.stream_id) == 2
        return encode(replace(message, stop_sample=message.stop_sample + 4000) if twice else message)


class AnyStopStops(Mutant, breaks="T11"):
    start: Start | None = None

    def hears(self, message):
        if isinstance(message, Start):
            self.start = message
        if isinstance(message, Stop) and self.start and message.stream_id != self.start.stream_id:
            return encode(Stop(self.start.stream_id)) + encode(message)
        return encode(message)


class OtherStopIsNotAnswered(Mutant, breaks="T11"):
    start: Start | None = None

    def hears(self, message):
        if isinstance(message, (Start, Hello)):
            self.start = message if isinstance(message, Start) else None
        other = isinstance(message, Stop) and self.start and message.stream_id != self.start.stream_id
        return b"" if other else encode(message)


class EndedBeginsAnew(Alias, breaks="T12"):
    ended = False

    def hears(self, message):
        data = super().hears(message)
        self.ended = isinstance(message, Stop) or (self.ended and not isinstance(message, Start))
        return data

    def anew(self, start):
        return self.fresh() if self.ended or start.stream_id != self.said else self.told


# --- A: audio --------------------------------------------------------------------------------------------------------


class AudioMutant(Mutant):
    """Changes live and resent packets alike."""

    def audio(self, packet: Audio) -> Audio:
        raise NotImplementedError

    def says(self, message):
        return encode(self.audio(message) if isinstance(message, Audio) else message)


class SequenceByTwo(AudioMutant, breaks="A1"):
    def audio(self, packet):
        return replace(packet, sequence=2 * packet.sequence)


class SequenceFromOne(AudioMutant, breaks="A1"):
    def audio(self, packet):
        return replace(packet, sequence=packet.sequence + 1)


class SequenceStands(AudioMutant, breaks="A1"):
    def audio(self, packet):
        return replace(packet, sequence=0)


class TwoClocks(AudioMutant, breaks="A2"):
    def audio(self, packet):
        return replace(packet, device_time_us=packet.device_time_us + 60_000_000)


class Scaled(Mutant):
    """A clock that runs too fast, in all messages."""

    factor = 1.0

    def says(self, message):
        for name in ("device_time_us", "received_us", "sent_us"):
            if hasattr(message, name):
                message = replace(message, **{name: int(getattr(message, name) * self.factor)})
        return encode(message)


class Milliseconds(Scaled, breaks="A2"):
    factor = 0.001


class ClockTooFast(Scaled, breaks="C5"):
    factor = 1.02


class AnotherCodec(AudioMutant, breaks="A5"):
    def audio(self, packet):
        return replace(packet, codec=Codec.IMA_ADPCM)


class AdpcmMutant(AudioMutant):
    def audio(self, packet):
        if packet.codec is not Codec.IMA_ADPCM:
            return packet
        payload = bytearray(packet.payload)
        self.spoil(payload)
        return replace(packet, payload=bytes(payload))

    def spoil(self, payload: bytearray) -> None:
        raise NotImplementedError


class PredictorOff(AdpcmMutant, breaks="A6"):
    def spoil(self, payload):
        payload[0] ^= 0x10


class StateBeginsAnew(AdpcmMutant, breaks="A6"):
    def spoil(self, payload):
        payload[:3] = bytes(3)


class StepTooHigh(AdpcmMutant, breaks="A6"):
    def spoil(self, payload):
        payload[2] = 89


class StateByteUsed(AdpcmMutant, breaks="A6"):
    def spoil(self, payload):
        payload[3] = 1


class ResendsOtherSamples(AudioMutant, breaks="A7"):
    def audio(self, packet):
        return replace(packet, payload=packet.payload[::-1]) if packet.resent else packet


class ResendsWithANewTime(AudioMutant, breaks="A7"):
    def audio(self, packet):
        return replace(packet, device_time_us=packet.device_time_us + 1000) if packet.resent else packet


class ResendsDifferently(AudioMutant, breaks="A8"):
    """The second time."""

    resent: frozenset[tuple[int, int]] = frozenset()

    def audio(self, packet):
        key = (packet.stream_id, packet.first_sample)
        if not packet.resent or key not in self.resent:
            self.resent |= {key} if packet.resent else set()
            return packet
        return replace(packet, payload=bytes(len(packet.payload)))


# --- R: resends ------------------------------------------------------------------------------------------------------


class LiesAboutItsRing(Mutant, breaks="R1"):
    ring_s = 3.0

    def says(self, message):
        return encode(replace(message, ring_samples=120_000) if isinstance(message, Capabilities) else message)


class KeepsOnlyWhatItSent(Mutant, breaks="R1"):
    sent: frozenset[tuple[int, int]] = frozenset()

    def says(self, message):
        if not isinstance(message, Audio):
            return encode(message)
        key = (message.stream_id, message.first_sample)
        if not message.resent:
            self.sent |= {key}
        return encode(message) if key in self.sent else b""


class ResendsOnlyWholePackets(Mutant, breaks="R2"):
    wanted: ResendRequest | None = None

    def hears(self, message):
        if isinstance(message, ResendRequest):
            self.wanted = message
        return encode(message)

    def says(self, message):
        if not isinstance(message, Audio) or not message.resent:
            return encode(message)
        first, stop = self.wanted.first_sample, self.wanted.first_sample + self.wanted.samples
        whole = first <= message.first_sample and message.first_sample + message.samples <= stop
        return encode(message) if whole or self.wanted.samples <= 80 else b""


class ResendsBackwards(Mutant, breaks="R2"):
    def poll(self, now_us):
        data = super().poll(now_us)
        frames = [part + b"\x00" for part in data.split(b"\x00")[:-1]]
        resent = [frame for frame in frames if getattr(next(PacketDecoder().feed(frame)), "resent", False)]
        live = [frame for frame in frames if frame not in resent]
        return b"".join(live + resent[::-1])


class FutureIsGone(Mutant, breaks="R3"):
    next_sample = 0

    def says(self, message):
        if isinstance(message, Audio) and not message.resent:
            self.next_sample = message.first_sample + message.samples
        return encode(message)

    def hears(self, message):
        if isinstance(message, ResendRequest) and 100_000 < message.first_sample < 1_000_000:
            return self.tell(ResendUnavailable(message.stream_id, message.first_sample, message.samples))
        return encode(message)


class GoneIsNotSaid(Mutant, breaks="R3"):
    ring_s = 2.0
    started = 0

    def says(self, message):
        if isinstance(message, Started):
            self.started = message.stream_id
        hushed = isinstance(message, ResendUnavailable) and message.stream_id == self.started
        return b"" if hushed else encode(message)


class ResendsFirst(Mutant, breaks="R4"):
    until_us = 0

    def hears(self, message):
        if isinstance(message, ResendRequest):
            self.until_us = self.at_us + 500_000
        return encode(message)

    def says(self, message):
        if isinstance(message, Audio) and not message.resent and self.at_us < self.until_us:
            return self.later(message, (self.until_us - self.at_us) / 1e6)
        return encode(message)


class ServesOneRequestAtOnce(Mutant, breaks="R5"):
    served = (0, 0)

    def hears(self, message):
        if isinstance(message, ResendRequest):
            busy, self.served = self.served == (message.stream_id, self.at_us), (message.stream_id, self.at_us)
            return b"" if busy else encode(message)
        return encode(message)


class OtherStreamsAreNotAnswered(Mutant, breaks="R8"):
    start: Start | None = None

    def hears(self, message):
        if isinstance(message, Start):
            self.start = message
        other = isinstance(message, ResendRequest) and not (self.start and self.start.stream_id == message.stream_id)
        return b"" if other else encode(message)


class NothingAskedForKills(Mutant, breaks="R9"):
    def hears(self, message):
        self.dead = self.dead or (isinstance(message, ResendRequest) and not message.samples)
        return encode(message)


# --- E, C: events and time -------------------------------------------------------------------------------------------


class EventsOfTheFuture(Mutant, breaks="E1"):
    def says(self, message):
        return encode(replace(message, sample=1_000_000) if isinstance(message, Event) else message)


class ContactIsNotSaid(Mutant, breaks="E2"):
    def says(self, message):
        return b"" if isinstance(message, Event) else encode(message)


class ContactWithoutSensor(Mutant, breaks="E3"):
    def says(self, message):
        blind = isinstance(message, Capabilities)
        return encode(replace(message, features=message.features & ~Feature.CONTACT_SENSOR) if blind else message)


class TimeWaits(Mutant, breaks="C1"):
    def says(self, message):
        return self.later(message, 0.4) if isinstance(message, TimeReply) else encode(message)


class TimeGoesBack(Mutant, breaks="C1"):
    def says(self, message):
        if isinstance(message, TimeReply):
            message = replace(message, sent_us=message.received_us - 5)
        return encode(message)


# --- the judgement ---------------------------------------------------------------------------------------------------

BY_TCP_ALONE = {"W2"}
"""test_ports has its mutant."""


def failed(results, bench) -> set[str]:
    return {result.rule for result in results if result.outcome is bench.Outcome.FAILED}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_caught_by_its_rule(mutant, bench):
    assert failed(bench.examined(mutant(), *mutant.rules), bench) == mutant.rules


@pytest.mark.slow
def test_mutants_fail_no_other_rule(bench, heavy_count, session_seed):
    """All of them in `make soak`, a third by chance in `make test`."""
    some = random.Random(session_seed).sample(MUTANTS, min(heavy_count(3 * len(MUTANTS)), len(MUTANTS)))
    blamed = {mutant.__name__: failed(bench.examined(mutant()), bench) for mutant in some}
    assert blamed == {mutant.__name__: mutant.rules for mutant in some}


def test_every_rule_has_a_mutant():
    assert {check.rule for check in CHECKS} == set().union(*(m.rules for m in MUTANTS)) | BY_TCP_ALONE


def test_the_judges_frames_are_frames():
    assert framed(b"\x01\x06") == cobs_encoded(b"\x01\x06" + crc16(b"\x01\x06").to_bytes(2, "little")) + b"\x00"
