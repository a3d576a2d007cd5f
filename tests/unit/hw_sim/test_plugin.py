import threading

import pytest

from hw_sim.background import BackgroundDevice
from hw_sim.recipe import Recipe
from stetho.errors import ConfigError

pytest_plugins = ["pytester"]

SOMEONES_TESTS = '''
import socket

import pytest


@pytest.mark.stethoscope("murmur", seed=12, port="tcp")
def test_mine(stethoscope):
    assert stethoscope.serial_number == "SIM-0012"
    host, _, port = stethoscope.address.removeprefix("tcp://").rpartition(":")
    socket.create_connection((host, int(port)), 10).close()


def test_without_a_mark(stethoscope):
    assert stethoscope.address.startswith("tcp://127.0.0.1:")


UNPLUGGED = """
[[fault]]
action = "disconnect"
at = "3s"
for = "18s"
"""


@pytest.mark.stethoscope(scenario="murmur", seed=4, seconds=40, faults=UNPLUGGED)
def test_a_stream_in_virtual_time(stethoscope_stream):
    chunks = list(stethoscope_stream.chunks())
    assert chunks[-1].stop == 160_000
    assert 40 <= stethoscope_stream.now_s < 45
    truth = stethoscope_stream.truth
    assert (stethoscope_stream.recording() == truth.samples(40)).all()
    assert 20 < len(truth.beats(40)) < 100
    assert stethoscope_stream.statistics().samples_resent >= 72_000
    assert stethoscope_stream.info.serial_number == "SIM-0004"


@pytest.mark.stethoscope(sead=4)
@pytest.mark.xfail(reason="the mark is wrong", strict=True)
def test_a_wrong_mark(stethoscope_stream):
    pass


@pytest.mark.stethoscope(faults="script.toml", speed=20)
def test_a_script_beside_the_test(stethoscope):
    assert stethoscope.truth.samples(1.0).max() == 32_767
'''


def test_a_strangers_tests_get_a_running_device(pytester):
    pytester.makepyfile(SOMEONES_TESTS)
    clipping = '[[fault]]\naction = "clipping"\nat = "0s"\nfor = "1s"\ngain_db = 60'
    pytester.path.joinpath("script.toml").write_text(clipping, encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "no:asyncio", "--strict-markers", "-W", "error")
    result.assert_outcomes(passed=4, xfailed=1)


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
