"""What events look like in JSON."""

from stetho.events import LinkEvent
from stetho.handoff import HandoffStatistics
from stetho.link_statistics import ClockEstimate, LinkStatistics
from stetho.source import DeviceInfo, LinkState
from stetho.stream import Origin

DEVICE = DeviceInfo("tcp://h:1", "d", "p", "h", "f", "s", Origin.REPLAYED, "pcm16", 4000, ("chest",), True)


def test_a_link_event_says_everything_of_the_link(validate) -> None:
    clock = ClockEstimate(299.0, 0.1234, 35.127, 2.301, 4000.14051, 0.00926)
    statistics = LinkStatistics(9900, 80, 100, 240, overflows=1, samples_overflowed=160, reconnects=2, clock=clock)
    queues = {"live": HandoffStatistics(9, 6, 2, 1, 5, 256)}
    said = LinkEvent(2.5, LinkState.STREAMING, DEVICE, statistics, 12.34, 81, None, queues).to_json()
    validate("live", said)
    assert (said["lost_share"], said["concealed_share"]) == (0.01, 0.008)
    assert (said["drift_ppm"], said["drift_over_s"], said["sample_rate_measured_hz"]) == (35.13, 299.0, 4000.1405)
    assert (said["overflows"], said["samples_overflowed"], said["reconnects"], said["battery_percent"]) == (
        1,
        160,
        2,
        81,
    )
    assert said["queues"] == {"live": {"waiting": 1, "most_waiting": 5, "capacity": 256, "dropped": 2}}


def test_rounding_never_makes_an_uncertainty_too_small() -> None:
    for drift_ppm in (-0.0049, 12.3456, 99.995):
        for uncertainty_ppm in (0.001, 1.0, 2.3049):
            clock = ClockEstimate(60.0, 0.1, drift_ppm, uncertainty_ppm)
            said = LinkEvent(1.0, LinkState.STREAMING, DEVICE, LinkStatistics(clock=clock)).to_json()
            assert said["drift_ppm"] - said["drift_uncertainty_ppm"] <= drift_ppm - uncertainty_ppm
            assert said["drift_ppm"] + said["drift_uncertainty_ppm"] >= drift_ppm + uncertainty_ppm
            assert said["drift_uncertainty_ppm"] <= uncertainty_ppm + 0.0151


def test_what_is_not_known_is_null(validate) -> None:
    said = LinkEvent(0.0, LinkState.STREAMING, DEVICE, LinkStatistics()).to_json()
    validate("live", said)
    for name in ("age_ms", "age_uncertainty_ms", "drift_ppm", "drift_over_s", "sample_rate_measured_hz"):
        assert said[name] is None
    assert said["lost_share"] == said["concealed_share"] == 0
