"""A cheap gate over the raw chest channel: is the signal good enough to judge, and if not, why."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from stetho.dsp.design import butter_bandpass, steady_state
from stetho.dsp.frontend import FrontEnd
from stetho.dsp.mel import N_MELS
from stetho.dsp.spans import PendingSpans
from stetho.errors import ConfigError
from stetho.heart.assessment import Quality, Reason, assess
from stetho.heart.likeness import BINS_HZ, COLUMNS, LINES_HZ, MEMORY_BINS, STEP_BINS, measure
from stetho.heart.score_card import Opinion, opinion
from stetho.heart.summary import QualitySummary, poor_cause, summarize, usable_over
from stetho.heart.traits import FEWEST_FRAMES, MOST_FRAMES
from stetho.stage import require_rate
from stetho.stream import Chunk, Span, StreamSpec

__all__ = ["Quality", "QualityGate", "QualitySummary", "Reason", "poor_cause", "summarize", "usable_over"]

SLOWEST_HZ = 2000
HEART_BAND_HZ = (25.0, 120.0)
WHOLE_BAND_HZ = (25.0, 800.0)
# A stream begins with a step from nothing to its first sample; the frames that look back on it are not listened to.
DEAF_FRAMES = 4


class QualityGate:
    """Stage: chunks at the source's rate, 2 kHz or more (chest channel), to a `Quality` every half second.

    What it says of a half second rests on that and on up to 3.5 s before it. A rest shorter than half a second at the
    end of a stream is not judged.
    """

    def __init__(self) -> None:
        self._bands = np.zeros((2, 2, 6))
        self._delays = np.zeros((2, 2, 2))
        self._phasors = np.zeros((len(LINES_HZ), 2))
        self._sums = np.zeros(COLUMNS)
        self._lines_hz = np.array(LINES_HZ)
        self._memory: deque[np.ndarray[Any, Any]] = deque(maxlen=MEMORY_BINS)
        self._marks = PendingSpans()
        self._count = self._binned = self._origin = 0
        self._front_end = FrontEnd()
        self._log_mel = np.empty((N_MELS, 0), np.float32)
        self._pieces: list[np.ndarray[Any, Any]] = []
        self._framed = 0
        self._rate_hz = 0
        self._kernel: Callable[..., Any] | None = None

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Designs the bands and loads the compiled kernel. Raises ConfigError for a rate below 2 kHz."""
        if spec.rate_hz < SLOWEST_HZ:
            raise ConfigError(f"A sample rate of {spec.rate_hz} Hz can't be judged; record at {SLOWEST_HZ} Hz or more.")
        from stetho.heart._kernels import quality_bins

        self._kernel = quality_bins
        self._rate_hz = spec.rate_hz
        bands = (butter_bandpass(2, *band, spec.rate_hz) for band in (HEART_BAND_HZ, WHOLE_BAND_HZ))
        self._bands = np.stack(list(bands))
        self._front_end.prepare(spec)
        self.reset("prepare")
        return spec

    def process(self, item: Chunk) -> Iterable[Quality]:
        """Gives the half seconds that became known."""
        if self._kernel is None:
            raise RuntimeError("QualityGate.process() was called before prepare()")
        require_rate(item, self._rate_hz)
        if not len(item):
            return ()
        if not self._count:
            self._seed(item)
        rate_hz, done = self._rate_hz, self._count * BINS_HZ // self._rate_hz
        bins = np.empty(((self._count + len(item)) * BINS_HZ // rate_hz - done, COLUMNS))
        self._count = self._kernel(
            item.chest,
            self._bands,
            self._delays,
            self._lines_hz,
            self._phasors,
            self._sums,
            self._count,
            rate_hz,
            BINS_HZ,
            bins,
        )
        if item.concealed:
            self._marks.add(item.concealed)
        for frames in self._front_end.process(item):
            self._pieces.append(frames.log_mel)
            self._framed += len(frames)
        return self._judged(bins) if len(bins) else ()

    def _seed(self, item: Chunk) -> None:
        """As if the first sample had lasted for ever: an offset of the device is no thump."""
        self._origin = item.start
        first = float(item.chest[0])
        level = first if np.isfinite(first) else 0.0
        self._delays = np.stack([steady_state(band) for band in self._bands]) * level

    def _judged(self, bins: np.ndarray[Any, Any]) -> list[Quality]:
        found = []
        for row in bins:
            self._memory.append(row)
            self._binned += 1
            if self._binned % STEP_BINS == 0:
                span = Span(self._edge(self._binned - STEP_BINS), self._edge(self._binned))
                concealed = sum(len(mark) for mark in self._marks.take(span.stop))
                seen = measure(np.array(self._memory), self._rate_hz)
                found.append(assess(span, seen, concealed / len(span), self._heard()))
        return found

    def _heard(self) -> Opinion | None:
        """What the score card says of the last 3-4 s.

        The last frame of the half second is left out: above 2 kHz it comes 6 ms late, and nothing here waits.
        """
        joined = np.concatenate([self._log_mel, *self._pieces], axis=1)
        newest = self._binned - 1
        oldest = max(DEAF_FRAMES, newest - MOST_FRAMES)
        dropped = self._framed - joined.shape[1]
        keep = max(0, oldest - dropped)
        self._log_mel, self._pieces = joined[:, keep:], []
        log_mel = self._log_mel[:, : newest - dropped - keep]
        return opinion(log_mel) if log_mel.shape[1] >= FEWEST_FRAMES else None

    def _edge(self, binned: int) -> int:
        """The source sample at which that many bins are full."""
        return self._origin - (-binned * self._rate_hz // BINS_HZ)

    def flush(self) -> Iterable[Quality]:
        """Nothing: part of a half second is not judged."""
        return ()

    def reset(self, reason: str) -> None:
        """Starts again, with nothing remembered."""
        self._delays = np.zeros((2, 2, 2))
        self._phasors = np.tile((1.0, 0.0), (len(LINES_HZ), 1))
        self._sums[:] = 0.0
        self._memory.clear()
        self._marks.clear()
        self._front_end.reset(reason)
        self._log_mel, self._pieces, self._framed = np.empty((N_MELS, 0), np.float32), [], 0
        self._count = self._binned = 0
