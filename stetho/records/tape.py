"""The recording so far, as it goes from its journal into an audio file."""

import numpy as np

from stetho.records.journal import Block
from stetho.records.loss_ledger import LossLedger
from stetho.records.sidecar import MeasuredRate
from stetho.records.sound_writer import SoundWriter
from stetho.source import Hole, HoleFate
from stetho.stream import Span, StreamSpec

SHORTEST_MEASURE_S = 10.0
SETTLING_S = 3  # until the device's clock was asked a few times, capture times err by the link's delay
_ZEROS_S = 1


class Tape:
    """Where it stands, what was lost, how fast its samples came."""

    def __init__(self, writer: SoundWriter, spec: StreamSpec) -> None:
        self.writer = writer
        self.ledger = LossLedger()
        self._spec = spec
        self._settled: Block | None = None
        self._last: Block | None = None

    @property
    def duration_s(self) -> float:
        return self._spec.seconds(self.writer.frames)

    def append(self, block: Block) -> None:
        """Writes samples that begin at or behind the end; what lies between never came. Raises RecordError."""
        self._leave_empty(block.start - self.writer.frames)
        self.ledger.enter(block.holes)
        self.writer.write(block.pcm)
        self._last = block
        if self._settled is None and block.start >= SETTLING_S * self._spec.rate_hz:
            self._settled = block

    def _leave_empty(self, samples: int) -> None:
        """Zeros for samples that never came, so that time is kept."""
        lost = Span(self.writer.frames, self.writer.frames + samples)
        self.ledger.enter((Hole(lost, HoleFate.LOST),))
        while samples:
            n = min(samples, _ZEROS_S * self._spec.rate_hz)
            self.writer.write(np.zeros((n, len(self._spec.channels)), np.int16))
            samples -= n

    def measured_rate(self) -> MeasuredRate | None:
        """The sample rate against the host's clock; None where the recording is too short to tell."""
        if self._settled is None or self._last is None:
            return None
        over_s = (self._last.t0_ns - self._settled.t0_ns) / 1e9
        if over_s < SHORTEST_MEASURE_S:
            return None
        return MeasuredRate((self._last.start - self._settled.start) / over_s, over_s)
