"""Annotated states on the grid of the network: one label every 20 ms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from dataset import UNANNOTATED

from stetho.dsp.mel import HOP, N_FFT, RATE_HZ

Int8 = npt.NDArray[np.int8]

FRAME_S = HOP / RATE_HZ


def centres_s(frames: int) -> npt.NDArray[np.float64]:
    """The middle of each mel frame's window, in seconds of the recording."""
    return (HOP * (np.arange(frames) + 1) - N_FFT / 2) / RATE_HZ


def labels(intervals: Sequence[tuple[float, float, int]], frames: int) -> Int8:
    """State at the centre of each frame, -1 where nobody said."""
    track = np.full(frames, UNANNOTATED, np.int8)
    centres = centres_s(frames)
    for start_s, end_s, state in intervals:
        first, stop = np.searchsorted(centres, (start_s, end_s))
        track[first:stop] = state
    return track
