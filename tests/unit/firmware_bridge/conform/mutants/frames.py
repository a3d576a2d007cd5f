"""Devices whose frames are wrong, or that take wrong frames ill."""

from firmware_bridge.conform.raw_frame import FrameFault, crc16, framed
from firmware_bridge.wire import Audio, encode
from firmware_bridge.wire.v1 import encode_body
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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
