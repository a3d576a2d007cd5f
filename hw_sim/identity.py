"""What a simulated stethoscope is, and how much it remembers."""

from dataclasses import dataclass

from firmware_bridge.wire import Codec


@dataclass(frozen=True, slots=True)
class Identity:
    """The figures of one device.

    packet_s: how much sound an audio packet holds. ring_s: how far back a resend reaches. queue_s: how much sound
    waits for a link that is busy before the oldest of it is dropped. battery_percent falls by one every
    `minutes_per_percent`.
    """

    serial_number: str
    product: str = "Simulated stethoscope"
    hardware: str = "hw_sim"
    firmware: str = "1.0.0"
    codecs: frozenset[Codec] = frozenset({Codec.PCM16, Codec.IMA_ADPCM})
    calibration_id: str = ""
    packet_s: float = 0.02
    ring_s: float = 30.0
    queue_s: float = 2.0
    battery_percent: int = 87
    minutes_per_percent: float = 6.0

    def ring_samples(self, rates_hz: tuple[int, ...]) -> int:
        """How many samples the ring holds at any of those rates."""
        return int(self.ring_s * max(rates_hz))

    @classmethod
    def of_seed(cls, seed: int) -> "Identity":
        """Serial number SIM-0007 for seed 7."""
        return cls(serial_number=f"SIM-{seed:04d}")
