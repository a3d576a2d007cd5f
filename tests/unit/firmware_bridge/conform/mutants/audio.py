"""Devices whose audio packets are not what they say."""

from dataclasses import replace

from firmware_bridge.wire import Audio, Codec, encode
from tests.unit.firmware_bridge.conform.mutants.mutant import Mutant


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
