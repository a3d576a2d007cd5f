"""All checks of this installation."""

from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import entry_points

from stetho.doctor.finding import Finding
from stetho.doctor.machine import machine
from stetho.doctor.model import model
from stetho.doctor.recordings import recordings

ENTRY_POINT_GROUP = "stetho.checks"

Check = Callable[[], Iterable[Finding]]


def examine() -> Iterator[Finding]:
    """Ours, then those of other packages. A check that fails itself is a finding like any other."""
    yield from machine()
    yield from model()
    yield from recordings()
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda e: e.name):
        try:
            check: Check = entry.load()
            yield from check()
        except Exception as error:  # noqa: BLE001 - a stranger's check must not hide what the others found
            yield Finding(entry.name, False, f"this check failed itself ({type(error).__name__}: {error})")
