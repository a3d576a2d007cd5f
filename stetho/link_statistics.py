"""What a link counts, and how well it knows the device's clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """How the device's clock and its samples run against this computer's clock, over the last `over_s` seconds.

    drift_ppm: by how much the device's clock is faster. rate_hz: samples taken in a second of this computer's clock.
    age_uncertainty_ms: by how much a sample's age may be wrong. Each truth lies within its uncertainty of the estimate;
    None where it is not known yet.
    """

    over_s: float
    age_uncertainty_ms: float | None
    drift_ppm: float | None = None
    drift_uncertainty_ppm: float | None = None
    rate_hz: float | None = None
    rate_uncertainty_hz: float | None = None


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """What happened on the link so far; all counts since the stream began.

    samples_stale: came too late to be live, and are in the archive alone. samples_overflowed: dropped by the device
    because the link was too slow, in so many `overflows`; to be fetched from its ring. items_missed: what the live side
    said and its listener was too slow for. clock: None where the device's clock was not asked.
    """

    samples_received: int = 0
    samples_concealed: int = 0
    samples_lost: int = 0
    samples_resent: int = 0
    packets_received: int = 0
    packets_duplicate: int = 0
    frames_damaged: int = 0
    bytes_received: int = 0
    resend_requests: int = 0
    samples_stale: int = 0
    overflows: int = 0
    samples_overflowed: int = 0
    reconnects: int = 0
    items_missed: int = 0
    clock: ClockEstimate | None = None

    @property
    def lost_share(self) -> float:
        """Which part of the samples is lost for good, 0 to 1."""
        return self.samples_lost / max(1, self.samples_received + self.samples_lost)

    @property
    def concealed_share(self) -> float:
        """Which part of the samples was filled in for those who listen, 0 to 1."""
        return self.samples_concealed / max(1, self.samples_received + self.samples_lost)
