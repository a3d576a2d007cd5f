"""A duration Viterbi that decides a stated number of frames behind, and takes nothing back.

The chain and its durations are those of `stetho.heart.beats` (Schmidt 2010, Springer 2016); that it is decided with a
bounded lag is our own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from stetho.heart.beats import duration_tables
from stetho.heart.durations import Durations

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
CERTAIN = 60.0
"""A margin beyond which the odds are one for a float."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A state begins between frame `boundary` - 1 and frame `boundary`. `state`: index into `STATES`.

    certainty: 0.5..1, the odds of the likeliest path against the best one on which no such state begins within 100 ms.
    """

    boundary: int
    state: int
    certainty: float


class LaggedDecoder:
    """Log-probabilities in, onsets out, `lag` frames after their boundary; memory does not grow with the stream."""

    def __init__(self, durations: Durations, frame_s: float, lag: int, evidence: float) -> None:
        """evidence: the weight of a frame's log-probabilities against the durations."""
        from stetho.heart.online._kernels import lagged_viterbi, open_onsets  # compiled code is loaded on first use

        if lag < 1:
            raise ValueError(f"a decoder needs a lag of at least one frame, not {lag}")
        self._viterbi, self._open_onsets = lagged_viterbi, open_onsets
        self._frame_s, self._lag, self._evidence = frame_s, lag, evidence
        self._lasting, self._cut, self._longest = _tables(durations, frame_s)
        ring = lag + int(self._longest.max()) + 2
        self._score, self._summed = np.zeros((ring, 4)), np.zeros((ring, 4))
        self._lengths, self._roots = np.zeros((ring, 4), np.int64), np.zeros((ring, 4), np.int64)
        self._place = np.array([0, 0, -1], np.int64)

    @property
    def frames(self) -> int:
        """How many were heard."""
        return int(self._place[0])

    def expect(self, durations: Durations) -> None:
        """From the next frame on, states last like this. Their longest durations must stay what they were."""
        lasting, cut, longest = _tables(durations, self._frame_s)
        if not np.array_equal(longest, self._longest):
            raise ValueError("the longest durations can't change while a stream runs")
        self._lasting, self._cut = lasting, cut

    def process(self, log_probabilities: F64) -> Iterator[Decided]:
        """The next frames, float64 (k, 4)."""
        count = log_probabilities.shape[0]
        onsets, margins = np.empty((count, 2), np.int64), np.empty(count)
        found = self._viterbi(
            self._evidence * log_probabilities,
            self._lasting,
            self._cut,
            self._longest,
            self._lag,
            self._place,
            self._score,
            self._summed,
            self._lengths,
            self._roots,
            onsets,
            margins,
        )
        for (boundary, state), margin in zip(onsets[:found], margins[:found], strict=True):
            yield Decided(int(boundary), int(state), float(1.0 / (1.0 + np.exp(-min(margin, CERTAIN)))))

    def flush(self) -> Iterator[Decided]:
        """The stream has ended: what the likeliest path says of the last frames. With a lag longer than the stream, all.

        Their certainty is 0.5: nothing was heard that could confirm them.
        """
        onsets = np.empty((self.frames - int(self._place[1]) + 1, 2), np.int64)
        found = self._open_onsets(
            self._place, self._lag, self._cut, self._longest, self._score, self._summed, self._lengths, onsets
        )
        for boundary, state in onsets[:found][::-1]:
            yield Decided(int(boundary), int(state), 0.5)

    def reset(self) -> None:
        """Starts again."""
        self._score[:] = self._summed[:] = 0.0
        self._lengths[:] = self._roots[:] = 0
        self._place[:] = (0, 0, -1)


@lru_cache(maxsize=512)
def _tables(durations: Durations, frame_s: float) -> tuple[F64, F64, I64]:
    return duration_tables(durations, frame_s)
