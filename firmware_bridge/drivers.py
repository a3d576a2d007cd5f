"""Which drivers this installation has: those that packages register under the entry-point group `stetho.drivers`."""

from importlib.metadata import entry_points

from firmware_bridge.driver import Driver
from stetho.errors import ConfigError

ENTRY_POINT_GROUP = "stetho.drivers"


def driver_names() -> list[str]:
    """Sorted; nothing is loaded."""
    return sorted({entry.name for entry in entry_points(group=ENTRY_POINT_GROUP)})


def driver_named(name: str, where: str) -> Driver:
    """Made anew. `where`: the address that asked. Raises ConfigError for one nobody registered, or that does not load."""
    for entry in entry_points(group=ENTRY_POINT_GROUP, name=name):
        try:
            driver: Driver = entry.load()()
        except Exception as error:  # a stranger's driver can fail in ways of its own
            raise ConfigError(f"The driver {name!r} does not load ({error}): update or remove its package.") from error
        return driver
    raise ConfigError(f"driver={name!r} in {where} is not known here; known: {', '.join(driver_names())}.")
