import shutil
import threading
from pathlib import Path

import pytest

from hw_sim.background import BackgroundDevice
from hw_sim.recipe import Recipe
from stetho.errors import ConfigError

pytest_plugins = ["pytester"]

HERE = Path(__file__).parent


@pytest.mark.slow  # the same tests as here, in a session of their own
def test_a_strangers_tests_get_a_running_device(pytester):
    for file in ("test_plugin_in_use.py", "clipping.toml"):
        shutil.copy(HERE / file, pytester.path / file)
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
