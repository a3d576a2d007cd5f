"""Devices that mix versions, or understand nothing but their own."""

from dataclasses import replace

from firmware_bridge.conform.raw_frame import framed
from firmware_bridge.wire import Audio, Capabilities, Error, ForeignVersion, Hello, Stopped, encode
from firmware_bridge.wire.v1 import encode_body
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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
