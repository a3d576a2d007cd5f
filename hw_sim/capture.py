"""One stream of a simulated device: samples taken on its clock, cut into packets, remembered for resends."""

from collections.abc import Iterator
from dataclasses import replace

from firmware_bridge.wire import (
    MAX_PAYLOAD_BYTES,
    MAX_SAMPLES,
    AdpcmEncoder,
    Audio,
    Codec,
    DeviceMessage,
    Event,
    EventKind,
    ResendUnavailable,
    SiteCode,
    Start,
    StopReason,
)
from firmware_bridge.wire.pcm16 import encode as encode_pcm16
from hw_sim.hearing import Hearing
from hw_sim.identity import Identity
from hw_sim.programme import Touch
from hw_sim.ring import PacketRing
from hw_sim.sound import Pcm

# What fits into one packet of one channel: 16 bits a sample, or 4 after a state of 4 bytes.
_MOST_SAMPLES = {Codec.PCM16: MAX_PAYLOAD_BYTES // 2, Codec.IMA_ADPCM: min(2 * (MAX_PAYLOAD_BYTES - 4), MAX_SAMPLES)}
_WRAP = 0xFFFFFFFF  # sample indices and sequence numbers count modulo 2^32


class Capture:
    """Begins at `now_us` of the device's clock and goes on, whether or not anybody takes the packets."""

    def __init__(self, start: Start, hearing: Hearing, identity: Identity, ring: PacketRing, now_us: int) -> None:
        self.stream_id, self.rate_hz, self.codec = start.stream_id, start.rate_hz, start.codec
        self._over: StopReason | None = None
        self.next_sample = 0
        self._hearing = hearing
        self._start_us = now_us
        self._packet_samples = min(max(1, int(identity.packet_s * start.rate_hz)), _MOST_SAMPLES[start.codec])
        self._sequence = 0
        self._encoder = AdpcmEncoder(1)
        self._ring = ring

    def over(self) -> bool:
        """Whether the last sample was taken."""
        return self._over is not None

    @property
    def why_over(self) -> StopReason:
        """Why no more samples are taken; of a running one, why it will end."""
        return self._over if self._over is not None else StopReason.ENDED

    def end(self, why: StopReason) -> None:
        """Takes no more samples."""
        self._over = why

    def ring_holds(self, samples: int) -> None:
        """The ring is that deep from now on."""
        self._ring.limit(samples)

    @property
    def oldest_sample(self) -> int:
        """The first sample that can be sent again."""
        return self._ring.oldest_sample

    def time_of_us(self, sample: int) -> int:
        """When a sample was or will be taken, in microseconds of the device's clock, rounded up."""
        return self._start_us - (-sample * 1_000_000 // self.rate_hz)

    @property
    def due_us(self) -> int:
        """When the next packet is full."""
        return self.time_of_us(self.next_sample + self._packet_samples)

    def take(self, now_us: int) -> Iterator[DeviceMessage]:
        """Every packet that is full by now, and what happened in it; nothing once it is over."""
        while self._over is None and self.due_us <= now_us:
            pcm, touches = self._hearing.read(self._packet_samples)
            yield from (self._event(touch) for touch in touches if touch.touching)
            if len(pcm):
                yield self._packet(pcm)
            yield from (self._event(touch) for touch in touches if not touch.touching)
            if len(pcm) < self._packet_samples:
                self._over = StopReason.ENDED

    def _packet(self, pcm: Pcm) -> Audio:
        rows = pcm.reshape(1, -1)
        payload = encode_pcm16(rows) if self.codec is Codec.PCM16 else self._encoder.encode(rows)
        packet = Audio(
            stream_id=self.stream_id,
            sequence=self._sequence & _WRAP,
            first_sample=self.next_sample & _WRAP,
            samples=len(pcm),
            codec=self.codec,
            channels=1,
            device_time_us=self.time_of_us(self.next_sample),
            payload=payload,
        )
        self._ring.add(packet)
        self._sequence += 1
        self.next_sample += len(pcm)
        return packet

    def contact(self) -> Event:
        """How the chest piece lies at the next sample."""
        return self._event(replace(self._hearing.contact, sample=self.next_sample))

    def _event(self, touch: Touch) -> Event:
        kind = EventKind.CONTACT_ON if touch.touching else EventKind.CONTACT_OFF
        site = SiteCode[touch.site] if touch.site else SiteCode.UNKNOWN
        return Event(kind, self.stream_id, touch.sample & _WRAP, int(site))

    def again(self, start: int, count: int) -> Iterator[DeviceMessage]:
        """The packets that hold any of those samples, as they were; and what of them is gone for good."""
        stop = min(start + count, self.next_sample)
        lost = min(max(self.oldest_sample - start, 0), count)
        if lost:
            yield ResendUnavailable(self.stream_id, start, lost)
        yield from (replace(packet, resent=True) for packet in self._ring.overlapping(start, stop))
