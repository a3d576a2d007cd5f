"""Devices whose streams end wrongly."""

from dataclasses import replace

from firmware_bridge.wire import Audio, Hello, ResendRequest, ResendUnavailable, Start, Stop, Stopped, encode
from tests.unit.firmware_bridge.conform.mutants.alias import Alias
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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
