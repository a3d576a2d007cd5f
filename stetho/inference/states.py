"""The network's view of S1, systole, S2 and diastole over a whole take: overlapping windows, averaged."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stetho.inference.manifest import Windowing
from stetho.stream import Samples

N_STATES = 4


@dataclass(frozen=True, slots=True)
class StateRun:
    """An unbroken run of state frames: logits float32 (4, n), the first at `start` state frames into the take."""

    start: int
    logits: Samples


class StateTrack:
    """Sums the windows' state logits frame by frame; a gap leaves frames that no window covers."""

    def __init__(self, windowing: Windowing) -> None:
        self._windowing = windowing
        self._sum = np.zeros((N_STATES, 0), np.float32)
        self._windows = np.zeros(0, np.float32)

    def add(self, index: int, logits: Samples) -> None:
        """Adds window `index`: float32 (4, state_frames)."""
        start = index * self._windowing.state_frames_per_hop
        stop = start + self._windowing.state_frames
        if stop > self._windows.size:
            # Doubling, so that an hour costs a dozen copies and not 3,600.
            grown = max(stop, 2 * self._windows.size)
            self._sum = np.pad(self._sum, ((0, 0), (0, grown - self._windows.size)))
            self._windows = np.pad(self._windows, (0, grown - self._windows.size))
        self._sum[:, start:stop] += logits
        self._windows[start:stop] += 1

    def runs(self, from_frame: int = 0) -> Iterator[StateRun]:
        """Every unbroken run from that state frame on, averaged over the windows that saw it."""
        covered = np.concatenate(([False], self._windows[from_frame:] > 0, [False]))
        edges = np.flatnonzero(covered[1:] != covered[:-1]) + from_frame
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            yield StateRun(int(start), self._sum[:, start:stop] / self._windows[start:stop])
