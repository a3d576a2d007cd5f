"""A device's two clocks, that of its stamps and that of its samples, as far as the host knows them."""

from firmware_bridge.clock_map import ClockMap
from firmware_bridge.sample_clock import SampleClock
from stetho.link_statistics import ClockEstimate


class Clocks:
    """Keeps both and says what they are together."""

    def __init__(self) -> None:
        self.map = ClockMap()
        self.samples = SampleClock()

    def restart(self) -> None:
        """The device's clock and its samples began anew."""
        self.map.restart()
        self.samples.restart()

    @property
    def estimate(self) -> ClockEstimate | None:
        """None before the first time-sync exchange. Called from any thread: reads what others leave whole."""
        offset_ns, drift, own = self.map.offset_uncertainty_ns, self.map.drift, self.samples.own_rate
        if offset_ns is None:
            return None
        if drift is None:
            return ClockEstimate(0.0, offset_ns / 1e6)
        if own is None:
            return ClockEstimate(drift.over_s, offset_ns / 1e6, drift.ppm, drift.uncertainty_ppm)
        rate_hz = own.rate_hz * (1 + drift.ppm / 1e6)
        error = own.uncertainty + drift.uncertainty_ppm / 1e6
        return ClockEstimate(drift.over_s, offset_ns / 1e6, drift.ppm, drift.uncertainty_ppm, rate_hz, rate_hz * error)
