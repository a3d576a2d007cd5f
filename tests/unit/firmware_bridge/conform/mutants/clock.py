"""Devices whose clock is wrong, or slow to be read."""

from dataclasses import replace

from firmware_bridge.wire import TimeReply, encode
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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


class TimeWaits(Mutant, breaks="C1"):
    def says(self, message):
        return self.later(message, 0.4) if isinstance(message, TimeReply) else encode(message)


class TimeGoesBack(Mutant, breaks="C1"):
    def says(self, message):
        if isinstance(message, TimeReply):
            message = replace(message, sent_us=message.received_us - 5)
        return encode(message)
