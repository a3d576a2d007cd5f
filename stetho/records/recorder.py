"""A lossless recording: from the archive side of a stream, through a hand-off, to a thread that writes."""

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.errors import RecordError
from stetho.handoff import HandoffStatistics, Lossless
from stetho.records.loss_ledger import LossLedger
from stetho.records.sidecar import SCHEMA, MeasuredRate, Sidecar, write_sidecar
from stetho.records.sound_writer import SoundWriter, refuse_path, to_int16
from stetho.sidecar import sidecar_path
from stetho.source import DeviceInfo, Hole, HoleFate
from stetho.stream import Chunk, Samples, Span, StreamSpec

CAPACITY_CHUNKS = 4096  # 80 s of 20 ms chunks: longer than any disk pauses that can still be called working
SHORTEST_MEASURE_S = 10.0
SETTLING_S = 3  # until the device's clock was asked a few times, capture times err by the link's delay
_ZEROS_S = 1


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
        self._handoff: Lossless[_Piece] = Lossless(CAPACITY_CHUNKS)
        self._tape: _Tape | None = None
        self._failure: RecordError | None = None
        self._thread = threading.Thread(target=self._write_all, name=f"recorder {path.name}", daemon=True)
        self._thread.start()

    def __call__(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        if self._failure is not None:
            raise self._failure
        self._handoff.put(_Piece(chunk, holes, self._clock.monotonic_ns(), self._clock.now_utc()))

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
                    self._tape = _Tape(SoundWriter(self._path, piece.chunk.spec, overwrite=self._overwrite), piece)
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


@dataclass(frozen=True, slots=True)
class _Piece:
    """What came, and when."""

    chunk: Chunk
    holes: tuple[Hole, ...]
    came_ns: int
    came_utc: datetime


class _Tape:
    """The recording so far, in the writer's thread: where it stands, what was lost, how fast its samples came."""

    def __init__(self, writer: SoundWriter, first: _Piece) -> None:
        self.writer = writer
        self.ledger = LossLedger()
        self._spec: StreamSpec = first.chunk.spec
        self._settled: Chunk | None = None
        self._last = first.chunk
        since_capture_ns = first.came_ns - first.chunk.t0_ns
        self._started = first.came_utc - timedelta(
            microseconds=since_capture_ns / 1000, seconds=self._spec.seconds(first.chunk.start)
        )

    @property
    def duration_s(self) -> float:
        return self._spec.seconds(self.writer.frames)

    def append(self, piece: _Piece) -> None:
        chunk = piece.chunk
        if chunk.spec != self._spec or chunk.start < self.writer.frames:
            raise RecordError("The stream changed its form or went back in time, which no recording can hold.")
        self._leave_empty(chunk.start - self.writer.frames)
        self.ledger.enter(piece.holes)
        self.writer.write(to_int16(_without_lost(chunk, piece.holes)))
        self._last = chunk
        if self._settled is None and chunk.start >= SETTLING_S * self._spec.rate_hz:
            self._settled = chunk

    def _leave_empty(self, samples: int) -> None:
        """Zeros for samples that never came, so that time is kept."""
        lost = Span(self.writer.frames, self.writer.frames + samples)
        self.ledger.enter((Hole(lost, HoleFate.LOST),))
        while samples:
            n = min(samples, _ZEROS_S * self._spec.rate_hz)
            self.writer.write(np.zeros((n, len(self._spec.channels)), np.int16))
            samples -= n

    def sidecar(self, audio: Path, device: DeviceInfo, site: str | None) -> Sidecar:
        return Sidecar(
            recording=audio.name,
            audio_sha256=hashlib.sha256(audio.read_bytes()).hexdigest(),
            device=device,
            spec=self._spec,
            samples=self.writer.frames,
            started=self._started,
            measured=self._measured_rate(),
            site=site,
            ledger=self.ledger,
        )

    def _measured_rate(self) -> MeasuredRate | None:
        if self._settled is None:
            return None
        over_s = (self._last.t0_ns - self._settled.t0_ns) / 1e9
        if over_s < SHORTEST_MEASURE_S:
            return None
        return MeasuredRate((self._last.start - self._settled.start) / over_s, over_s)


def _without_lost(chunk: Chunk, holes: tuple[Hole, ...]) -> Samples:
    """The chunk's samples with zeros where they were lost."""
    lost = [hole.span for hole in holes if hole.fate is HoleFate.LOST and hole.span.overlap(chunk.span)]
    if not lost:
        return chunk.samples
    samples = chunk.samples.copy()
    for span in lost:
        samples[:, max(0, span.start - chunk.start) : max(0, span.stop - chunk.start)] = 0
    return samples
