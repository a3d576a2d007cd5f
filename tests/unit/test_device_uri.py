"""Device addresses: what is typed in one is taken as meant, or refused with a sentence."""

import pytest

from stetho.config import DEFAULT_RECONNECT_S
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError


def asked(query: str) -> DeviceUri:
    return DeviceUri.parse(f"tcp://127.0.0.1:9000?{query}")


def test_what_is_not_asked_is_the_default() -> None:
    assert (asked("").integer("rate", 4000), asked("").number("speed", 1.0)) == (4000, 1.0)
    assert asked("").reconnect_s() == DEFAULT_RECONNECT_S


def test_numbers_are_read() -> None:
    uri = asked("rate=2000&speed=0.5&reconnect_s=3600")
    assert (uri.integer("rate", 4000), uri.number("speed", 1.0), uri.reconnect_s()) == (2000, 0.5, 3600.0)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "9600.7", "1e3", "x", ""])
def test_what_is_no_whole_number_is_refused_as_one(value: str) -> None:
    with pytest.raises(ConfigError, match=r"rate=.* in tcp://.* must be a whole number\.$"):
        asked(f"rate={value}").integer("rate", 4000)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "x", ""])
def test_what_is_no_finite_number_is_refused_as_a_number(value: str) -> None:
    with pytest.raises(ConfigError, match=r"speed=.* in tcp://.* must be a number\.$"):
        asked(f"speed={value}").number("speed", 1.0)
