"""A lossless recording: from the archive side of a stream, through a hand-off, to a thread that writes."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.errors import RecordError
from stetho.handoff import HandoffStatistics, Lossless
from stetho.records.sidecar import SCHEMA, write_sidecar
from stetho.records.sound_writer import SoundWriter, refuse_path
from stetho.records.tape import Piece, Tape
from stetho.sidecar import sidecar_path
from stetho.source import DeviceInfo, Hole, HoleFate
from stetho.stream import Chunk

CAPACITY_CHUNKS = 4096  # 80 s of 20 ms chunks: longer than any disk pauses that can still be called working


@dataclass(frozen=True, slots=True)
class SavedRecording:
    """A recording that is durable: audio, sidecar and folder were flushed to the disk."""

    audio: Path
    sidecar: Path
    duration_s: float
    samples_lost: int

    def to_json(self) -> dict[str, Any]:
        """What `record --json` prints."""
        return {
            "saved": str(self.audio),
            "sidecar": str(self.sidecar),
            "duration_s": round(self.duration_s, 3),
            "samples_lost": self.samples_lost,
            "schema": SCHEMA,
        }


class Recorder:
    """Takes a stream's archive and saves it with its loss ledger. An `Archive`: give it to the engine or the source.

    The file's sample 0 is the stream's sample 0; what is lost is zero and keeps its time. Nothing is "saved" before
    `finish` returns. Raises ConfigError or RecordError where the file can't be made; being called raises RecordError
    once writing has failed, and OverrunError when the disk can't follow.
    """

    def __init__(self, path: Path, *, overwrite: bool = False, clock: Clock = SYSTEM_CLOCK) -> None:
        refuse_path(path, overwrite=overwrite)
        self._path, self._overwrite, self._clock = path, overwrite, clock
        self._handoff: Lossless[Piece] = Lossless(CAPACITY_CHUNKS)
        self._tape: Tape | None = None
        self._failure: RecordError | None = None
        self._thread = threading.Thread(target=self._write_all, name=f"recorder {path.name}", daemon=True)
        self._thread.start()

    def __call__(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        if self._failure is not None:
            raise self._failure
        self._handoff.put(Piece(chunk, holes, self._clock.monotonic_ns(), self._clock.now_utc()))

    @property
    def recorded_s(self) -> float:
        """How much is written so far; not yet durable."""
        return 0.0 if self._tape is None else self._tape.duration_s

    def statistics(self) -> HandoffStatistics:
        return self._handoff.statistics()

    def finish(self, device: DeviceInfo, site: str | None = None) -> SavedRecording:
        """Waits for what is on its way, and saves. Blocks: not for the event loop.

        Raises RecordError, which says what was kept and where.
        """
        self._stop()
        if self._failure is not None:
            raise self._failure
        if self._tape is None:
            raise RecordError(f"No sample came, so {self._path} was not made.")
        tape = self._tape
        try:
            tape.writer.finish()
            sidecar = tape.sidecar(self._path, device, site)
            write_sidecar(self._path, sidecar)
        except (OSError, RecordError) as error:
            raise RecordError(f"{self._path} could not be saved ({error}) {self._kept()}") from error
        lost = tape.ledger.samples(HoleFate.LOST)
        return SavedRecording(self._path, sidecar_path(self._path), tape.duration_s, lost)

    def abandon(self) -> None:
        """Stops and removes what was written."""
        self._stop()
        if self._tape is not None:
            self._tape.writer.discard()

    def _stop(self) -> None:
        self._handoff.close()
        self._thread.join()

    def _write_all(self) -> None:
        while (piece := self._handoff.get()) is not None:
            try:
                if self._tape is None:
                    self._tape = Tape(SoundWriter(self._path, piece.chunk.spec, overwrite=self._overwrite), piece)
                self._tape.append(piece)
            except RecordError as error:
                if self._tape is not None:
                    self._tape.writer.leave()
                self._failure = RecordError(f"{error} {self._kept()}")
                return

    def _kept(self) -> str:
        tape = self._tape
        if tape is None or not tape.writer.part.exists():
            return "Nothing was kept."
        return f"The first {tape.duration_s:.1f} s are kept in {tape.writer.part}."
