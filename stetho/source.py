"""What a device is to the rest of the program, its address, and how an address finds its code.

Sources register under the entry-point group `stetho.sources`, by URI scheme; our own enter by the same door as
anyone's. `stetho` itself names no driver.
"""

import math
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl, urlsplit

from stetho.config import DEFAULT_RECONNECT_S, reconnect_seconds
from stetho.errors import ConfigError
from stetho.stream import Chunk, Origin, Span, StreamSpec

ENTRY_POINT_GROUP = "stetho.sources"


@dataclass(frozen=True, slots=True)
class DeviceUri:
    """A parsed device address: `serial:///dev/ttyACM0?baud=921600`, `sim://murmur?seed=7`, `file:///a.wav`."""

    text: str
    scheme: str
    target: str
    query: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> "DeviceUri":
        """Raises ConfigError for what is no address; the sentence shows one that is."""
        try:
            parts = urlsplit(text)
        except ValueError:  # a bracket that does not close, say
            parts = urlsplit("")
        target = parts.netloc + parts.path
        if "://" not in text or not parts.scheme:
            raise ConfigError(f"{text!r} is no device address; write one like serial:///dev/ttyACM0 or sim://murmur.")
        return cls(text, parts.scheme, target, MappingProxyType(dict(parse_qsl(parts.query, keep_blank_values=True))))

    def integer(self, key: str, default: int) -> int:
        """A whole number of the query; raises ConfigError when it is something else."""
        value = self.query.get(key)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise ConfigError(f"{key}={value!r} in {self.text} must be a whole number.") from None

    def number(self, key: str, default: float) -> float:
        """A finite number of the query; raises ConfigError when it is something else."""
        value = self.query.get(key)
        if value is None:
            return default
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ConfigError(f"{key}={value!r} in {self.text} must be a number.")
        return number

    def reconnect_s(self) -> float:
        """For how long a lost device is looked for: `reconnect_s` of the query; raises ConfigError as its setting does."""
        where = f"reconnect_s in {self.text}"
        return reconnect_seconds(where, self.query.get("reconnect_s", DEFAULT_RECONNECT_S))


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


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """How the device's clock and its samples run against this computer's clock, over the last `over_s` seconds.

    drift_ppm: by how much the device's clock is faster. rate_hz: samples taken in a second of this computer's clock.
    age_uncertainty_ms: by how much a sample's age may be wrong. Each truth lies within its uncertainty of the estimate;
    None where it is not known yet.
    """

    over_s: float
    age_uncertainty_ms: float | None
    drift_ppm: float | None = None
    drift_uncertainty_ppm: float | None = None
    rate_hz: float | None = None
    rate_uncertainty_hz: float | None = None


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """What happened on the link so far; all counts since the stream began.

    samples_stale: came too late to be live, and are in the archive alone. samples_overflowed: dropped by the device
    because the link was too slow, in so many `overflows`; to be fetched from its ring. items_missed: what the live side
    said and its listener was too slow for. clock: None where the device's clock was not asked.
    """

    samples_received: int = 0
    samples_concealed: int = 0
    samples_lost: int = 0
    samples_resent: int = 0
    packets_received: int = 0
    packets_duplicate: int = 0
    frames_damaged: int = 0
    bytes_received: int = 0
    resend_requests: int = 0
    samples_stale: int = 0
    overflows: int = 0
    samples_overflowed: int = 0
    reconnects: int = 0
    items_missed: int = 0
    clock: ClockEstimate | None = None

    @property
    def lost_share(self) -> float:
        """Which part of the samples is lost for good, 0 to 1."""
        return self.samples_lost / max(1, self.samples_received + self.samples_lost)

    @property
    def concealed_share(self) -> float:
        """Which part of the samples was filled in for those who listen, 0 to 1."""
        return self.samples_concealed / max(1, self.samples_received + self.samples_lost)


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
