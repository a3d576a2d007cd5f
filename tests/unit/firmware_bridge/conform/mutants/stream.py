"""Devices whose streams begin, count or resume wrongly."""

from dataclasses import replace

from firmware_bridge.wire import Audio, Error, Hello, ResendRequest, ResendUnavailable, Start, Stop, encode
from tests.unit.firmware_bridge.conform.mutants.alias import Alias, possible
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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
