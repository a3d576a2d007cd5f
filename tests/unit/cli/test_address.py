"""Which device is meant."""

import pytest

from stetho.cli.address import address_of, with_patience
from stetho.config import Config
from stetho.errors import ConfigError, DeviceNotFoundError


def test_the_remembered_device_is_taken_and_else_it_is_said_how_to_find_one() -> None:
    assert address_of(Config(device="tcp://h:1")) == "tcp://h:1"
    with pytest.raises(DeviceNotFoundError, match="stetho devices"):
        address_of(Config())


@pytest.mark.parametrize(
    ("address", "reconnect_s", "wanted"),
    [
        ("tcp://h:1", 20.0, "tcp://h:1"),
        ("tcp://h:1", 3.0, "tcp://h:1?reconnect_s=3"),
        ("serial:///dev/ttyACM0?baud=9600", 0.5, "serial:///dev/ttyACM0?baud=9600&reconnect_s=0.5"),
        ("tcp://h:1?reconnect_s=7", 3.0, "tcp://h:1?reconnect_s=7"),
    ],
)
def test_patience_travels_in_the_address(address: str, reconnect_s: float, wanted: str) -> None:
    assert with_patience(address, reconnect_s) == wanted


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ConfigError, match="no device address"):
        with_patience("/dev/ttyACM0", 3.0)
