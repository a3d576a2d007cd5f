"""The recording so far, as its writer's thread knows it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from stetho.errors import RecordError
from stetho.records.loss_ledger import LossLedger
from stetho.records.sidecar import MeasuredRate, Sidecar
from stetho.records.sound_writer import SoundWriter, to_int16
from stetho.source import DeviceInfo, Hole, HoleFate
from stetho.stream import Chunk, Samples, Span, StreamSpec

SHORTEST_MEASURE_S = 10.0
SETTLING_S = 3  # until the device's clock was asked a few times, capture times err by the link's delay
_ZEROS_S = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """What came, and when."""

    chunk: Chunk
    holes: tuple[Hole, ...]
    came_ns: int
    came_utc: datetime


class Tape:
    """The recording so far, in the writer's thread: where it stands, what was lost, how fast its samples came."""

    def __init__(self, writer: SoundWriter, first: Piece) -> None:
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

    def append(self, piece: Piece) -> None:
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
