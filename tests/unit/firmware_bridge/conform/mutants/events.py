"""Devices that tell of contact wrongly."""

from dataclasses import replace

from firmware_bridge.wire import Capabilities, Event, Feature, encode
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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
