"""A journal, read again: by the recorder that wrote it, or after a crash."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from stetho.durable import make_durable
from stetho.errors import RecordError
from stetho.records.append_log import Entry, lock, read_entry, read_log
from stetho.records.journal import MAGIC, Block, Kind
from stetho.source import DeviceInfo
from stetho.stream import Origin, StreamSpec

_MOST_WAITING = 1 << 15
"""Twice what a ring of 300 s holds in packets of 20 ms: more can't wait at once."""


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What the samples are, and when the first one was taken."""

    spec: StreamSpec
    started: datetime


class JournalReader:
    """An open, locked journal; use it as a context manager. The device, the sites and `ended` are known when `blocks` is over.

    Raises RecordError on opening where it can't be read, is no journal, or is being written right now.
    """

    def __init__(self, path: Path, file: BinaryIO | None = None) -> None:
        """file: the journal where it is open already, as its writer has it."""
        self.path = path
        self.stream: StreamFacts | None = None
        self.device: DeviceInfo | None = None
        self.site: str | None = None
        self.device_site: str | None = None
        self.ended = False
        try:
            self._file = path.open("rb") if file is None else file
        except OSError as error:
            raise RecordError(f"{path} can't be read ({error.strerror}).") from error
        try:
            lock(self._file.fileno())
            self._read_stream()
        except BlockingIOError:
            self._file.close()
            raise RecordError(f"{path} is being recorded right now; stop that recording first.") from None
        except (ValueError, KeyError, TypeError) as error:
            self._file.close()
            raise RecordError(f"{path} is no recording of stetho that was cut off ({error}).") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _read_stream(self) -> None:
        for entry in read_log(self._file, MAGIC):
            if entry.kind == Kind.STREAM:
                self.stream = _stream(json.loads(entry.payload))
            if entry.kind in {Kind.SOUND, Kind.AHEAD} and self.stream is not None:
                return
        self.stream = None  # without a sample it is nobody's recording

    @property
    def has_sound(self) -> bool:
        """Whether one sample at least is there."""
        return self.stream is not None

    def blocks(self) -> Iterator[Block]:
        """All samples in order, gaps between them where nothing came; last, what waited behind a hole at the crash."""
        if self.stream is None:
            return
        channels = len(self.stream.spec.channels)
        waiting: list[_Waiting] = []
        reached = 0
        for entry in read_log(self._file, MAGIC):
            match entry.kind:
                case Kind.SOUND:
                    block = Block.unpack(entry.payload, entry.time_ns, channels)
                    reached = block.stop
                    yield block
                case Kind.AHEAD:
                    ahead = Block.unpack(entry.payload, 0, channels)
                    waiting.append(_Waiting(ahead.start, ahead.stop, entry.at))
                    if len(waiting) > _MOST_WAITING:
                        waiting = [block for block in waiting if block.stop > reached]
                case Kind.DEVICE:
                    self._take_device(entry)
                case Kind.END:
                    self.ended = True
                case _:
                    continue
        if not self.ended:
            yield from self._ahead(sorted(waiting), reached, channels, self.stream.spec.rate_hz)

    def _ahead(self, waiting: "list[_Waiting]", reached: int, channels: int, rate_hz: int) -> Iterator[Block]:
        for found in waiting:
            self._file.seek(found.at)
            entry = read_entry(self._file)
            if entry is None:
                continue  # it was whole a moment ago: the disk is failing
            block = Block.unpack(entry.payload, entry.time_ns, channels)
            if block.stop > reached:
                yield block.behind(reached, rate_hz)
                reached = block.stop

    def remove(self) -> None:
        """Takes the journal's name from it, if that is still its own. Raises OSError."""
        if os.path.samestat(os.fstat(self._file.fileno()), self.path.stat()):
            self.path.unlink()
            make_durable(self.path.parent)

    def _take_device(self, entry: Entry) -> None:
        content = json.loads(entry.payload)
        known = {field.name for field in fields(DeviceInfo)}
        facts = {name: value for name, value in content["device"].items() if name in known}
        facts["origin"], facts["channels"] = Origin(facts["origin"]), tuple(facts["channels"])
        self.device, self.site = DeviceInfo(**facts), content["site"]
        self.device_site = content.get("device_site")  # older journals have none


@dataclass(frozen=True, slots=True, order=True)
class _Waiting:
    """Where samples that wait behind a hole lie in the file; the samples themselves would fill the memory."""

    start: int
    stop: int
    at: int


def _stream(content: dict[str, Any]) -> StreamFacts:
    spec = StreamSpec(content["rate_hz"], Origin(content["origin"]), tuple(content["channels"]), content["unit"])
    return StreamFacts(spec, datetime.fromisoformat(content["started_utc"]))
