"""A lossless recording: from the archive side of a stream, through a hand-off, to a thread that keeps its journal."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.errors import RecordError
from stetho.handoff import HandoffStatistics, Lossless
from stetho.records.cut_off import journal_path, make_room, saved_by
from stetho.records.journal import Block, Journal
from stetho.records.journal_reader import JournalReader
from stetho.records.saving import SavedRecording, save
from stetho.records.sound_writer import refuse_path, to_int16
from stetho.source import DeviceInfo, Hole, HoleFate
from stetho.stream import Chunk, Samples, StreamSpec

__all__ = ["Recorder", "SavedRecording"]

CAPACITY_CHUNKS = 4096  # 80 s of 20 ms chunks: longer than any disk pauses that can still be called working
GATHERED_S = 0.1
"""What came meanwhile is written together: a thread that wakes for every packet costs more than what it writes."""


@dataclass(frozen=True, slots=True)
class _Sound:
    """What came, and when; `ahead`: it waits behind a hole, and will come again in its turn."""

    chunk: Chunk
    holes: tuple[Hole, ...]
    came_ns: int
    came_utc: datetime
    ahead: bool


@dataclass(frozen=True, slots=True)
class _Facts:
    device: DeviceInfo
    site: str | None
    device_site: str | None


class Recorder:
    """Takes a stream's archive and saves it with its loss ledger. A `JournalingArchive`: give it to the source.

    While it records, everything is in `<path>.part` a tenth of a second later, and on the disk itself at most half a
    second after that; after a crash `stetho recover` makes the recording of it. The file's sample 0 is the stream's
    sample 0; what is lost is zero and keeps its time. Nothing is "saved" before `finish` returns.
    Raises ConfigError or RecordError where the file can't be made; being called raises RecordError once writing has
    failed, and OverrunError when the disk can't follow.
    """

    def __init__(self, path: Path, *, overwrite: bool = False, clock: Clock = SYSTEM_CLOCK) -> None:
        refuse_path(path, overwrite=overwrite)
        self._path, self._overwrite, self._clock = path, overwrite, clock
        self._handoff: Lossless[_Sound | _Facts] = Lossless(CAPACITY_CHUNKS)
        self._spec: StreamSpec | None = None
        self._failure: RecordError | None = None
        self._over = threading.Event()
        make_room(journal_path(path))
        try:
            self._journal = Journal(journal_path(path))
        except OSError as error:
            raise RecordError(f"{path} can't be written ({error.strerror}); choose another name or folder.") from error
        self._thread = threading.Thread(target=self._write_all, name=f"recorder {path.name}", daemon=True)
        self._thread.start()

    def __call__(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        self._put(chunk, holes, ahead=False)

    def ahead(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        """Samples that wait behind a hole: kept now, in case their turn never comes."""
        self._put(chunk, holes, ahead=True)

    def _put(self, chunk: Chunk, holes: tuple[Hole, ...], *, ahead: bool) -> None:
        if self._failure is not None:
            raise self._failure
        self._handoff.put(_Sound(chunk, holes, self._clock.monotonic_ns(), self._clock.now_utc(), ahead))

    def describe(self, device: DeviceInfo, site: str | None = None, device_site: str | None = None) -> None:
        """Says whose samples they are, so that a recording that is cut off knows it too; the last time counts.

        site: where they were taken; device_site: what the device said of that, where it did.
        """
        self._handoff.put(_Facts(device, site, device_site))

    @property
    def recorded_s(self) -> float:
        """How much is written so far; not yet durable."""
        return 0.0 if self._spec is None else self._spec.seconds(self._journal.samples)

    def statistics(self) -> HandoffStatistics:
        return self._handoff.statistics()

    def finish(self, device: DeviceInfo, site: str | None = None, device_site: str | None = None) -> SavedRecording:
        """Waits for what is on its way, and saves; as `describe`. Blocks: not for the event loop.

        Raises RecordError, which says what was kept and where.
        """
        self.describe(device, site, device_site)
        self._stop()
        try:
            if self._failure is not None:
                raise self._failure
            if self._spec is None:
                raise RecordError(f"No sample came, so {self._path} was not made.")
            return self._save()
        finally:
            self.leave()

    def _save(self) -> SavedRecording:
        try:
            self._journal.end()
            with JournalReader(self._journal.path, self._journal.reading()) as journal:
                return save(journal, self._path, overwrite=self._overwrite, samples=self._journal.samples)
        except OSError as error:
            raise self._failed(error) from error
        except RecordError as error:
            raise RecordError(f"{error} {self._kept()}") from error

    def leave(self) -> None:
        """Stops, and leaves what was written for `stetho recover`; nothing where no sample came. Can be called twice."""
        self._stop()
        self._journal.leave()
        if self._spec is None:
            with suppress(OSError):
                self._journal.path.unlink(missing_ok=True)

    def _stop(self) -> None:
        self._handoff.close()
        self._over.set()
        self._thread.join()

    def _write_all(self) -> None:
        try:
            while not self._handoff.drained:
                item = self._handoff.get(self._journal.sync_due_s)
                while item is not None:
                    self._write(item)
                    item = self._handoff.get_nowait()
                self._journal.sync_if_due()
                self._over.wait(GATHERED_S)
        except OSError as error:
            self._failure = self._failed(error)
        except RecordError as error:
            self._failure = RecordError(f"{error} {self._kept()}")

    def _write(self, item: _Sound | _Facts) -> None:
        if isinstance(item, _Facts):
            self._journal.device(item.device, item.site, item.device_site)
            return
        chunk = item.chunk
        if self._spec is None:
            self._begin(item)
        if chunk.spec != self._spec or chunk.start < self._journal.samples:
            raise RecordError("The stream changed its form or went back in time, which no recording can hold.")
        block = Block(chunk.start, chunk.t0_ns, to_int16(_without_lost(chunk, item.holes)), item.holes)
        if item.ahead:
            self._journal.ahead(block)
        else:
            self._journal.sound(block)

    def _begin(self, first: _Sound) -> None:
        chunk = first.chunk
        since_capture_ns = first.came_ns - chunk.t0_ns
        before = timedelta(microseconds=since_capture_ns / 1000, seconds=chunk.spec.seconds(chunk.start))
        self._journal.begin(chunk.spec, first.came_utc - before)
        self._spec = chunk.spec

    def _failed(self, error: OSError) -> RecordError:
        return RecordError(
            f"Writing {self._path} failed, the disk is full or gone ({error.strerror or error}). {self._kept()}"
        )

    def _kept(self) -> str:
        if not self.recorded_s or not self._journal.path.exists():
            return "Nothing was kept."
        return (
            f"The first {self.recorded_s:.1f} s are kept in {self._journal.path}: "
            f"make room, then {saved_by(self._journal.path)}."
        )


def _without_lost(chunk: Chunk, holes: tuple[Hole, ...]) -> Samples:
    """The chunk's samples with zeros where they were lost."""
    lost = [hole.span for hole in holes if hole.fate is HoleFate.LOST and hole.span.overlap(chunk.span)]
    if not lost:
        return chunk.samples
    samples = chunk.samples.copy()
    for span in lost:
        samples[:, max(0, span.start - chunk.start) : max(0, span.stop - chunk.start)] = 0
    return samples
