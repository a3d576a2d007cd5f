"""An address with something wrong in it is refused before anything is opened."""

import pytest

from stetho.errors import ConfigError
from stetho.source import open_uri


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
