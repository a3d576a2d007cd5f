"""Which device is meant, and for how long it is looked for when it is lost."""

from stetho.config import DEFAULT_RECONNECT_S, Config
from stetho.device_uri import DeviceUri
from stetho.errors import DeviceNotFoundError


def address_of(config: Config) -> str:
    """The address typed or remembered. Raises DeviceNotFoundError, which says how to find one."""
    if config.device is not None:
        return config.device
    raise DeviceNotFoundError(
        "No device is named and none is remembered: `stetho devices` lists what is here, and "
        "`stetho live sim://murmur` needs no device."
    )


def with_patience(address: str, reconnect_s: float) -> str:
    """The address with `reconnect_s` in its query, which sources read where it can be set.

    One that is there already stays; the default needs no saying. Raises ConfigError for what is no address.
    """
    if "reconnect_s" in DeviceUri.parse(address).query or reconnect_s == DEFAULT_RECONNECT_S:
        return address
    return f"{address}{'&' if '?' in address else '?'}reconnect_s={reconnect_s:g}"
