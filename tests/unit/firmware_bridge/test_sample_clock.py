"""The rate as measured: from stamps and indices, with an uncertainty that holds."""

import numpy as np
import pytest

from firmware_bridge.clocks import Clocks
from firmware_bridge.sample_clock import SampleClock


def stamped(rate_hz: float, seconds: int, jitter_us: float, seed: int = 1) -> SampleClock:
    rng, clock = np.random.default_rng(seed), SampleClock()
    for index in range(0, int(seconds * rate_hz), 80):
        clock.took(index, int(1e6 * index / rate_hz + rng.uniform(0, jitter_us)) + 5_000_000)
    return clock


@pytest.mark.parametrize("rate_hz", [3999.2, 4000, 4000.4, 8001])
@pytest.mark.parametrize("jitter_us", [0, 30, 2000])
def test_the_uncertainty_covers_the_truth(rate_hz, jitter_us):
    covered = 0
    for seed in range(40):
        own = stamped(rate_hz, 60, jitter_us, seed).own_rate
        covered += abs(own.rate_hz - rate_hz) <= own.uncertainty * rate_hz
    assert covered >= 35


def test_stamps_in_whole_microseconds_say_the_rate_to_a_millionth():
    own = stamped(4000, 60, 0).own_rate
    assert own.rate_hz == pytest.approx(4000, rel=1e-6)
    assert own.uncertainty < 1e-6


def test_three_seconds_say_nothing_yet():
    assert stamped(4000, 3, 0).own_rate is None


def test_a_damaged_stamp_costs_no_more_than_a_new_beginning():
    clock = stamped(4000, 60, 0)
    clock.took(240_000, 1 << 63)
    for index in range(240_080, 280_000, 80):
        clock.took(index, 5_000_000 + 250 * index)
    assert clock.own_rate.rate_hz == pytest.approx(4000, rel=1e-6)


def test_samples_a_host_second_take_both_clocks():
    """The device takes 4,000 samples in what it calls a second, and its clock is 50 ppm fast."""
    clocks = Clocks()
    assert clocks.estimate is None
    for second in range(60):
        host_ns, us = second * 10**9, int(second * 1e6 * (1 + 50e-6))
        clocks.map.exchanged(host_ns, us, us, host_ns + 200_000)
        clocks.samples.took(second * 4000, second * 1_000_000)
    estimate = clocks.estimate
    assert estimate.drift_ppm == pytest.approx(50, abs=estimate.drift_uncertainty_ppm)
    assert estimate.rate_hz == pytest.approx(4000.2, abs=estimate.rate_uncertainty_hz)
    assert estimate.rate_uncertainty_hz < 0.03
    clocks.restart()
    assert clocks.estimate is None
