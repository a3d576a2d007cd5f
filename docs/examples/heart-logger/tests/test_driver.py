"""Our driver against a device that is not there: on a real TCP port, ten times as fast as time."""

from urllib.parse import urlsplit

import pytest
from heart_logger.driver import record


def logged(stethoscope, seconds: float) -> list[int]:
    address = urlsplit(stethoscope.address)
    return record(address.hostname, address.port, int(seconds * 4000))


@pytest.mark.stethoscope(scenario="murmur", seed=7, port="tcp", speed=10)
def test_a_good_day(stethoscope):
    assert stethoscope.serial_number == "SIM-0007"
    assert logged(stethoscope, 5.0) == list(stethoscope.truth.samples(5.0))


@pytest.mark.stethoscope(scenario="murmur", seed=7, port="tcp", speed=10, faults="bad_day.toml")
def test_a_bad_day(stethoscope):
    assert logged(stethoscope, 8.0) == list(stethoscope.truth.samples(8.0))
