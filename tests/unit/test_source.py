"""Device addresses: what is typed in one is taken as meant, or refused with a sentence."""

import pytest

from stetho.config import DEFAULT_RECONNECT_S
from stetho.errors import ConfigError
from stetho.source import DeviceUri, open_uri


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


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "3600.1", "soon"])
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9000", "serial:///dev/ttyNONE", "sim://murmur"])
def test_patience_in_an_address_has_the_bounds_of_the_setting(address: str, value: str) -> None:
    with pytest.raises(ConfigError, match=r"^reconnect_s in .* must be a number of seconds from 0 to 3600, not"):
        open_uri(f"{address}?reconnect_s={value}")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("serial://", "serial:// names no port; write one like serial:///dev/ttyACM0"),
        ("serial:///dev/ttyACM0?baud=nan", "baud='nan' in .* must be a whole number"),
        ("serial:///dev/ttyACM0?baud=1e400", "baud='1e400' in .* must be a whole number"),
        ("serial:///dev/ttyACM0?baud=9600.7", "baud='9600.7' in .* must be a whole number"),
        ("serial:///dev/ttyACM0?baud=0", "baud=0 in .* must be from 1 to"),
        ("serial:///dev/ttyACM0?baud=100000000000000000000", "must be from 1 to"),
        ("tcp://[::1", "'tcp://.* is no device address; write one like"),
    ],
)
def test_an_address_with_something_wrong_in_it_is_refused_before_anything_is_opened(
    address: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        open_uri(address)
