"""Beats laid on the common grid while they are heard."""

from collections import deque
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from stetho.dsp.frames import Frames
from stetho.heart.aligned_beat import AlignedBeat, align, frames_of
from stetho.heart.band_levels import BANDS_HZ, FRAME_S, band_levels
from stetho.heart.cycles import Cycle
from stetho.stream import StreamSpec

F64 = npt.NDArray[np.float64]


class BeatAligner:
    """Stage: `Frames` and `Cycle`s of one take to `AlignedBeat`s, in the order of the cycles.

    A cycle comes out as soon as its frames are there too; it may come before or after them, by up to `REMEMBERED_S`. One
    whose frames never come, since samples were lost, comes out at `flush` with levels that are NaN. Frames know their
    place in the take, so a gap needs no reset: `reset` begins another take.
    """

    REMEMBERED_S = 30.0
    MOST_WAITING = 256
    AT_ONCE = 50

    def __init__(self, take_start: int) -> None:
        """take_start: the source sample at which the take began."""
        self._take_start = take_start
        self._rate_hz = 0
        self._room = round(self.REMEMBERED_S / FRAME_S)
        self._levels_db = np.full((len(BANDS_HZ), 2 * self._room), np.nan)
        self._first = self._stop = 0
        self._waiting: deque[Cycle] = deque()

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """spec: the source's stream, whose samples the frames' positions count."""
        self._rate_hz = spec.rate_hz
        return spec

    def process(self, item: Frames | Cycle) -> Iterator[AlignedBeat]:
        """Gives the beats that became whole."""
        if isinstance(item, Cycle):
            self._waiting.append(item)
            yield from self._completed()
            return
        at = round((item.start - self._take_start) / self._rate_hz / FRAME_S)
        levels_db = band_levels(item.log_mel)
        for done in range(0, len(item), self.AT_ONCE):  # so that no beat that waits loses its frames to later ones
            self._keep(at + done, levels_db[:, done : done + self.AT_ONCE])
            yield from self._completed()

    def _completed(self) -> Iterator[AlignedBeat]:
        while self._waiting and (
            frames_of(self._waiting[0])[1] <= self._stop or len(self._waiting) > self.MOST_WAITING
        ):
            yield self._aligned(self._waiting.popleft())

    def _keep(self, at: int, levels_db: F64) -> None:
        """Writes a few frames at their place; frames that never came stay NaN."""
        stop = at + levels_db.shape[1]
        if stop - self._first > self._levels_db.shape[1]:
            first = max(self._first, stop - self._room)
            kept = self._levels_db[:, first - self._first : max(first, self._stop) - self._first].copy()
            self._levels_db[:] = np.nan
            self._levels_db[:, : kept.shape[1]] = kept
            self._first = first
        self._levels_db[:, at - self._first : stop - self._first] = levels_db
        self._stop = stop

    def _aligned(self, cycle: Cycle) -> AlignedBeat:
        first, stop = frames_of(cycle)
        first, stop = max(first, self._stop - self._room), min(stop, self._stop)
        levels_db = self._levels_db[:, first - self._first : max(first, stop) - self._first]
        return align(levels_db, first, cycle)

    def flush(self) -> Iterator[AlignedBeat]:
        """Gives the beats that still waited for frames."""
        while self._waiting:
            yield self._aligned(self._waiting.popleft())

    def reset(self, reason: str) -> None:
        """Forgets all frames and cycles."""
        self._levels_db[:] = np.nan
        self._first = self._stop = 0
        self._waiting.clear()
