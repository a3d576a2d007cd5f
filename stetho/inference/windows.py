"""Cuts a take's log-mel frames into the windows that the network reads."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stetho.dsp.frames import Frames
from stetho.inference.manifest import Windowing
from stetho.stream import Samples, Span, StreamSpec


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds [index, index + length) of a take: float32 (40, frames) log-mel of the source samples in `span`."""

    index: int
    span: Span
    log_mel: Samples
    concealed_share: float


class Windows:
    """Stage of Frames to Window. After a reset the next frames must begin at a whole second of the take."""

    def __init__(self, windowing: Windowing, take_start: int) -> None:
        """take_start: the source sample at which the take began."""
        self._windowing = windowing
        self._take_start = take_start
        self._hop_frames = windowing.frames * windowing.hop_s // windowing.length_s
        self._rate_hz = 0
        self._log_mel = np.empty((0, 0), np.float32)
        self._filled = 0
        self._index: int | None = None
        self._concealed: list[Span] = []

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """spec: the source's stream, whose samples the frames' positions count."""
        self._rate_hz = spec.rate_hz
        self.reset("prepare")
        return spec

    def process(self, frames: Frames) -> Iterator[Window]:
        if self._index is None:
            self._index = round((frames.start - self._take_start) / self._rate_hz)
        if not self._log_mel.size:
            self._log_mel = np.empty((frames.log_mel.shape[0], self._windowing.frames), np.float32)
        self._concealed.extend(frames.concealed)
        taken = 0
        while taken < len(frames):
            count = min(len(frames) - taken, self._windowing.frames - self._filled)
            self._log_mel[:, self._filled : self._filled + count] = frames.log_mel[:, taken : taken + count]
            self._filled += count
            taken += count
            if self._filled == self._windowing.frames:
                yield self._emit(self._index)
                self._index += self._windowing.hop_s

    def _emit(self, index: int) -> Window:
        start = self._take_start + index * self._rate_hz
        span = Span(start, start + self._windowing.length_s * self._rate_hz)
        concealed = sum(span.overlap(hole) for hole in self._concealed)
        log_mel = self._log_mel.copy()
        log_mel.flags.writeable = False
        self._log_mel[:, : -self._hop_frames] = log_mel[:, self._hop_frames :]
        self._filled -= self._hop_frames
        after = span.start + self._windowing.hop_s * self._rate_hz
        self._concealed = [hole for hole in self._concealed if hole.stop > after]
        return Window(index, span, log_mel, concealed / len(span))

    def flush(self) -> tuple[Window, ...]:
        """A window that did not fill up is none."""
        return ()

    def reset(self, reason: str) -> None:
        self._filled = 0
        self._index = None
        self._concealed = []
