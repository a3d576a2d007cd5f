"""`ble+sim://murmur?seed=7`: a simulated device in the same process, heard over a simulated radio."""

from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError
from stetho.extras import require
from stetho.source import Source


def open_ble_sim(uri: DeviceUri) -> Source:
    """A new device for each source; the address is that of `sim://`, but for time, which runs as it does.

    Raises ConfigError for an address that no simulated device has, and where bumble is not installed.
    """
    require("bumble", "radio")
    from hw_sim.pace import Pace
    from hw_sim.radio.source import RadioSource
    from hw_sim.recipe import of_uri

    if "speed" in uri.query:
        raise ConfigError(f"speed= in {uri.text} means nothing here: a radio's time runs as it does.")
    return RadioSource(of_uri(uri).device(), Pace(), uri)
