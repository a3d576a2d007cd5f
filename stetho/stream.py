"""The one vocabulary of samples: what a stream is, a range of it, and a piece of it."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""float32 samples in full scale (-1..1), shape (channels, n) or (n,) where a docstring says so."""

CHEST = "chest"


class Origin(StrEnum):
    """Where samples come from. Travels into every result, sidecar and audio file."""

    DEVICE = "device"
    SIMULATED = "simulated"
    REPLAYED = "replayed"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """What the samples of a stream are. Channel 0 is the chest; others (ambient, ecg) are named.

    rate_hz is the nominal rate, in samples a second and channel. `unit` is "fs" (full scale) or "pa" (pascal).
    """

    rate_hz: int
    origin: Origin
    channels: tuple[str, ...] = (CHEST,)
    unit: str = "fs"

    def __post_init__(self) -> None:
        if self.rate_hz <= 0:
            raise ValueError(f"rate_hz must be positive, not {self.rate_hz}")
        if not self.channels or self.channels[0] != CHEST:
            raise ValueError(f"channel 0 must be {CHEST!r}, not {self.channels!r}")

    def seconds(self, samples: int) -> float:
        """How long that many samples last."""
        return samples / self.rate_hz


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, stop) of sample indices of the source's stream, lost samples included."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.stop < self.start:
            raise ValueError(f"a span can't end before it starts: {self.start}..{self.stop}")

    def __len__(self) -> int:
        return self.stop - self.start

    def overlap(self, other: "Span") -> int:
        """How many samples both have."""
        return max(0, min(self.stop, other.stop) - max(self.start, other.start))


def read_only(samples: npt.ArrayLike) -> Samples:
    """Contiguous float32 (channels, n) that its holder can't change; copies only where type or layout ask for it.

    A one-dimensional array is one channel.
    """
    view: Samples = np.ascontiguousarray(np.atleast_2d(np.asarray(samples)), dtype=np.float32).view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a stream.

    samples: float32 (channels, n), contiguous, read-only.
    start: index of the first sample since the stream began, lost ones included.
    t0_ns: the host's monotonic capture time of sample `start`.
    concealed: the spans (in stream indices) that were filled in because their samples were lost.
    """

    samples: Samples
    spec: StreamSpec
    start: int
    t0_ns: int
    concealed: tuple[Span, ...] = field(default=())

    def __post_init__(self) -> None:
        s = self.samples
        if s.dtype != np.float32 or s.ndim != 2 or s.shape[0] != len(self.spec.channels):
            raise ValueError(f"samples must be float32 ({len(self.spec.channels)}, n), not {s.dtype} {s.shape}")
        if s.flags.writeable or not s.flags.c_contiguous:
            raise ValueError("samples must be contiguous and read-only: use stream.read_only()")

    def __len__(self) -> int:
        return int(self.samples.shape[1])

    @property
    def stop(self) -> int:
        """Index after the last sample."""
        return self.start + len(self)

    @property
    def span(self) -> Span:
        return Span(self.start, self.stop)

    @property
    def chest(self) -> Samples:
        """Channel 0, shape (n,)."""
        return self.samples[0]

    def between(self, start: int, stop: int) -> "Chunk | None":
        """The part of the chunk that lies in [start, stop), or None when there is none; the chunk itself if all does."""
        first, last = max(start, self.start), min(stop, self.stop)
        if first >= last:
            return None
        if (first, last) == (self.start, self.stop):
            return self
        part = read_only(self.samples[:, first - self.start : last - self.start])
        t0_ns = self.t0_ns + (first - self.start) * 1_000_000_000 // self.spec.rate_hz
        holes = tuple(
            Span(max(hole.start, first), min(hole.stop, last))
            for hole in self.concealed
            if hole.start < last and hole.stop > first
        )
        return Chunk(part, self.spec, first, t0_ns, holes)
