"""What a device is to the rest of the program, and how its address finds its code.

Sources register under the entry-point group `stetho.sources`, by URI scheme; our own enter by the same door as
anyone's. `stetho` itself names no driver.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, runtime_checkable

from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError
from stetho.link_statistics import LinkStatistics
from stetho.stream import Chunk, Origin, Span, StreamSpec

ENTRY_POINT_GROUP = "stetho.sources"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What a device says of itself when it is opened."""

    address: str
    driver: str
    product: str
    hardware: str
    firmware: str
    serial_number: str
    origin: Origin
    codec: str
    rate_hz: int
    channels: tuple[str, ...]
    has_contact_sensor: bool
    battery_percent: int | None = None
    calibration_id: str | None = None
    mtu_bytes: int | None = None


class LinkState(StrEnum):
    """What the link does right now."""

    STREAMING = "streaming"
    STALLED = "stalled"
    LOST = "lost"
    RESUMED = "resumed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The link changed its state at stream index `at_sample`."""

    state: LinkState
    at_sample: int
    t_ns: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ContactChange:
    """The chest piece touched the chest, or left it, at stream index `at_sample`; `site` where the device knows it."""

    touching: bool
    at_sample: int
    site: str | None = None


@dataclass(frozen=True, slots=True)
class BatteryLevel:
    """The battery's charge, in percent."""

    percent: int


SourceItem = Chunk | LinkChange | ContactChange | BatteryLevel


def is_marker(item: SourceItem) -> bool:
    """Whether an item says that something changed: a slow listener may miss samples, but none of these."""
    return not isinstance(item, Chunk)


class HoleFate(StrEnum):
    """What became of a range of samples that did not arrive in time."""

    RESENT = "resent"
    CONCEALED = "concealed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Hole:
    """An entry of the loss ledger."""

    span: Span
    fate: HoleFate


class Archive(Protocol):
    """Takes the lossless side of a stream: called in order, zeros and holes where samples never came.

    Called from the event loop; must not block. Raises OverrunError when it can't keep up.
    """

    def __call__(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None: ...


@runtime_checkable
class JournalingArchive(Archive, Protocol):
    """An archive that also wants what can't be given in its turn yet, so that a crash does not take it."""

    def ahead(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        """Samples that came and wait behind a hole; they are given again, in their turn. As `__call__` otherwise."""
        ...


@runtime_checkable
class WiredSource(Protocol):
    """A source with a wire beneath it, whose bytes can be kept."""

    def capture_wire(self, path: Path) -> None:
        """To be called before `open`: keeps every byte of the link, both ways, in a new file. Raises RecordError."""
        ...


class Source(Protocol):
    """A stream of heart sounds: a device, a simulated one, or a file. Used once: open, stream, close."""

    async def open(self) -> DeviceInfo:
        """Connects and says hello. Raises DeviceError."""
        ...

    def spec(self) -> StreamSpec:
        """What `stream` will give; known after `open`."""
        ...

    def stream(self, archive: Archive | None = None) -> AsyncIterator[SourceItem]:
        """Starts the device and gives its live side until it ends. Raises ConnectionLostError, DeviceTimeoutError.

        Live waits at most 100 ms for a resend; `archive` gets the same stream as complete as it can be made.
        """
        ...

    def statistics(self) -> LinkStatistics:
        """The link's counters, at any time."""
        ...

    async def close(self) -> None:
        """Stops the device and lets it go; can be called twice."""
        ...


SourceFactory = Callable[[DeviceUri], Source]


def open_uri(text: str) -> Source:
    """The source behind an address, not yet opened. Raises ConfigError for an address nobody serves."""
    uri = DeviceUri.parse(text)
    for entry in entry_points(group=ENTRY_POINT_GROUP, name=uri.scheme):
        factory: SourceFactory = entry.load()
        return factory(uri)
    known = ", ".join(sorted(f"{e.name}://" for e in entry_points(group=ENTRY_POINT_GROUP)))
    raise ConfigError(f"Nothing here serves {uri.scheme}:// addresses; this installation knows {known or 'none'}.")
