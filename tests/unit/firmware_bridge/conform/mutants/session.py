"""Devices that greet, answer or part wrongly."""

from dataclasses import replace

from firmware_bridge.wire import (
    Audio,
    Battery,
    Capabilities,
    Event,
    Feature,
    Hello,
    Ping,
    Pong,
    Start,
    Started,
    Stop,
    TimeRequest,
    encode,
)
from hw_sim.device import Device
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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
