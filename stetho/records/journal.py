"""What a recording is while it is being made: one append-only file that a crash can cut, and not spoil.

`heart.wav.part` holds, in the order of arrival, what `heart.wav` and its sidecar are made of at the end. Sound that
waits behind a hole is written at once (*ahead*), and again in its turn, when the hole is closed: so a crash takes no
more than what had not reached the file. docs/recording.md describes the bytes.
"""

import json
import struct
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from stetho.records.append_log import AppendLog
from stetho.source import DeviceInfo, Hole, HoleFate
from stetho.stream import Span, StreamSpec

MAGIC = b"stetho journal 1"
SUFFIX = ".part"

Pcm = npt.NDArray[np.int16]
"""int16 samples as audio files lay them out, shape (n, channels)."""

_BLOCK = struct.Struct("<QH")
_HOLE = struct.Struct("<QQB")
_FATES = (HoleFate.RESENT, HoleFate.CONCEALED, HoleFate.LOST)


class Kind(IntEnum):
    """What a record is."""

    STREAM = 1  # what the samples are and when they began; before the first sound
    DEVICE = 2  # whose they are and where they were taken; the last one counts
    SOUND = 3  # the next samples that are settled
    AHEAD = 4  # samples that came, and wait behind a hole
    END = 5  # the stream ended as it should: nothing is missing behind the last sound


@dataclass(frozen=True, slots=True)
class Block:
    """Samples at their place in the recording, what became of the holes in them, and the host's time of the first."""

    start: int
    t0_ns: int
    pcm: Pcm
    holes: tuple[Hole, ...] = ()

    @property
    def stop(self) -> int:
        return self.start + len(self.pcm)

    def pack(self) -> bytes:
        holes = b"".join(_HOLE.pack(h.span.start, h.span.stop, _FATES.index(h.fate)) for h in self.holes)
        return _BLOCK.pack(self.start, len(self.holes)) + holes + self.pcm.astype("<i2", copy=False).tobytes()

    @classmethod
    def unpack(cls, payload: bytes, t0_ns: int, channels: int) -> "Block":
        start, count = _BLOCK.unpack_from(payload)
        sound = _BLOCK.size + count * _HOLE.size
        found = _HOLE.iter_unpack(payload[_BLOCK.size : sound])
        holes = tuple(Hole(Span(first, stop), _FATES[fate]) for first, stop, fate in found)
        return cls(start, t0_ns, np.frombuffer(payload, "<i2", offset=sound).reshape(-1, channels), holes)

    def behind(self, index: int, rate_hz: int) -> "Block":
        """The part from sample `index` on, with the holes in it; the block itself where all of it is."""
        if index <= self.start:
            return self
        holes = tuple(
            Hole(Span(max(h.span.start, index), h.span.stop), h.fate) for h in self.holes if h.span.stop > index
        )
        t0_ns = self.t0_ns + (index - self.start) * 1_000_000_000 // rate_hz
        return Block(index, t0_ns, self.pcm[index - self.start :], holes)


class Journal:
    """The writer's end; for one thread. Raises OSError from every method.

    Takes the lock of `path`, which must not be there; `leave` gives it back.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = AppendLog(path, MAGIC)
        self.samples = 0
        """Index after the last settled sample."""

    def begin(self, spec: StreamSpec, started: datetime) -> None:
        """Says what the samples are, before the first of them."""
        stream = {"rate_hz": spec.rate_hz, "origin": spec.origin.value, "channels": spec.channels, "unit": spec.unit}
        self._append_json(Kind.STREAM, {**stream, "started_utc": started.isoformat()})

    def device(self, device: DeviceInfo, site: str | None, device_site: str | None = None) -> None:
        """Says whose samples they are; may be said again, with a site that became known."""
        self._append_json(Kind.DEVICE, {"device": asdict(device), "site": site, "device_site": device_site})

    def sound(self, block: Block) -> None:
        """Adds the next samples."""
        self._log.append(Kind.SOUND, block.t0_ns, block.pack())
        self.samples = block.stop

    def ahead(self, block: Block) -> None:
        """Adds samples that wait behind a hole."""
        self._log.append(Kind.AHEAD, block.t0_ns, block.pack())

    def end(self) -> None:
        """Says that nothing more comes, and makes all of it durable."""
        self._log.append(Kind.END, 0, b"")
        self._log.sync()

    def _append_json(self, kind: Kind, thing: dict[str, Any]) -> None:
        self._log.append(kind, 0, json.dumps(thing).encode())

    @property
    def sync_due_s(self) -> float | None:
        """In how many seconds `sync_if_due` has something to do; None while all is on the disk."""
        return self._log.sync_due_s

    def sync_if_due(self) -> None:
        """Makes durable what has waited for half a second."""
        self._log.sync_if_due()

    def reading(self) -> BinaryIO:
        """The file, for a JournalReader."""
        return self._log.reading()

    def leave(self) -> None:
        """Lets the file go; can be called twice."""
        self._log.close()
