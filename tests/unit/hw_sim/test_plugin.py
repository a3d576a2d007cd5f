import threading

import pytest

from hw_sim.background import BackgroundDevice
from hw_sim.recipe import Recipe
from stetho.errors import ConfigError

pytest_plugins = ["pytester"]

SOMEONES_TESTS = """
import socket

import pytest


@pytest.mark.stethoscope("murmur", seed=12, port="tcp")
def test_mine(stethoscope):
    assert stethoscope.serial_number == "SIM-0012"
    host, _, port = stethoscope.address.removeprefix("tcp://").rpartition(":")
    socket.create_connection((host, int(port)), 10).close()


def test_without_a_mark(stethoscope):
    assert stethoscope.address.startswith("tcp://127.0.0.1:")
"""


def test_a_strangers_tests_get_a_running_device(pytester):
    pytester.makepyfile(SOMEONES_TESTS)
    result = pytester.runpytest_subprocess("-p", "no:asyncio", "--strict-markers", "-W", "error")
    result.assert_outcomes(passed=2)


def test_the_device_leaves_no_thread_and_can_not_be_reached_any_more():
    import socket

    before = threading.active_count()
    with BackgroundDevice(Recipe(), "tcp") as device:
        host, _, port = device.address.removeprefix("tcp://").rpartition(":")
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), 5)


def test_what_can_not_be_made_is_raised_where_it_was_asked_for():
    with pytest.raises(ConfigError, match="choose pty"), BackgroundDevice(Recipe(), "usb"):
        pass
