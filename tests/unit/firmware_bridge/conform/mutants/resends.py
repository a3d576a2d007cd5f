"""Devices that send again wrongly, or not at all."""

from dataclasses import replace

from firmware_bridge.wire import (
    Audio,
    Capabilities,
    PacketDecoder,
    ResendRequest,
    ResendUnavailable,
    Start,
    Started,
    encode,
)
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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
