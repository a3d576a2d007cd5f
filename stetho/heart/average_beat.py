"""This patient's average beat: every beat warped to the same lengths of its four states, and laid over the others.

The warp is piecewise linear between the onsets of S1, systole, S2, diastole and the next S1, so that a longer diastole
moves no sound of systole. What does not belong is left out, counted by cause.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.dsp.frames import Frames
from stetho.heart.band_levels import BANDS_HZ, CENTRE_S, FRAME_S, band_levels
from stetho.heart.cycles import Cycle
from stetho.heart.durations import STATES, HeartState
from stetho.heart.parts import DIASTOLE, PARTS, SYSTOLE, part_edges
from stetho.stream import StreamSpec

F64 = npt.NDArray[np.float64]

POINTS = (8, 16, 8, 32)
"""Points of the average over S1, systole, S2 and diastole: about one a frame at 75 bpm."""
N_POINTS = sum(POINTS)
POINTS_A_PART = 6
FEWEST_BEATS = 4
MOST_BEATS = 256
"""Beats that an average is made of at most, which bounds its memory: 2.5 kB a beat."""

SYSTOLE_TOLERANCE = 0.3
"""S1 to S2 hardly varies from beat to beat: where it does by more than this share of the median, a sound was missed."""
CYCLE_TOLERANCE = 0.6
"""Beats may be early or late by half, as in an irregular rhythm; two that were taken for one are not."""
UNLIKE_DB = 6.0
UNLIKE_TIMES = 2.5
"""A beat is unlike the others when its root-mean-square distance from the median beat is above this, and above this many
times the median distance: a touch or a word under one beat is 10 to 30 dB in many points, breath some dB."""


class Exclusion(StrEnum):
    """Why a beat has no part in the average."""

    GAP = "gap"
    POOR_SIGNAL = "poor_signal"
    IRREGULAR = "irregular"
    UNLIKE_OTHERS = "unlike_others"


@dataclass(frozen=True, slots=True, eq=False)
class AlignedBeat:
    """A beat on the common grid. levels_db: float64 (4, 64), each band of `BANDS_HZ` at each point; parts_db: float64
    (4, 8), mean power over each of `PARTS`. Both NaN where a frame is missing.
    """

    cycle: Cycle
    levels_db: F64
    parts_db: F64

    @property
    def durations_s(self) -> F64:
        """Of S1, systole, S2 and diastole."""
        return np.diff(self.cycle.edges_s)


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The beats that an average is made of, and how many were left out for what."""

    used: tuple[AlignedBeat, ...]
    excluded: Mapping[Exclusion, int]

    @property
    def enough(self) -> bool:
        return len(self.used) >= FEWEST_BEATS


@dataclass(frozen=True, slots=True, eq=False)
class AverageBeat:
    """The average beat and its spread over beats.

    durations_s: medians of S1, systole, S2, diastole. time_s: float64 (64,), of each point after the onset of S1.
    mean_db, low_db, high_db: float64 (4, 64) in dB of full scale squared: mean of the levels, 10th and 90th percentile.
    parts_db: float64 (4, 8), mean level of each of `PARTS`.
    """

    beats: int
    durations_s: tuple[float, float, float, float]
    time_s: F64
    mean_db: F64
    low_db: F64
    high_db: F64
    parts_db: F64

    def level_db(self, state: HeartState) -> F64:
        """The mean power over a state, float64 (4,), by band, in dB of full scale squared."""
        power = np.mean(10.0 ** (0.1 * self.parts_db[:, _PARTS_OF[state]]), axis=1)
        return np.asarray(10.0 * np.log10(power))

    def to_json(self) -> dict[str, Any]:
        """Times in seconds after the onset of S1; levels in dB of full scale squared, one row a band."""
        return {
            "duration_s": {state.value: round(s, 3) for state, s in zip(STATES, self.durations_s, strict=True)},
            "level_db": {state.value: np.round(self.level_db(state), 1).tolist() for state in STATES},
            "time_s": np.round(self.time_s, 3).tolist(),
            "mean_db": np.round(self.mean_db, 1).tolist(),
            "p10_db": np.round(self.low_db, 1).tolist(),
            "p90_db": np.round(self.high_db, 1).tolist(),
        }


def _fractions() -> tuple[npt.NDArray[np.int64], F64]:
    """State, and place in it (0..1), of each point of the grid."""
    states = np.repeat(np.arange(4), POINTS)
    places = np.concatenate([(np.arange(count) + 0.5) / count for count in POINTS])
    return states, places


_PARTS_OF = {
    HeartState.S1: slice(0, 1),
    HeartState.SYSTOLE: SYSTOLE,
    HeartState.S2: slice(4, 5),
    HeartState.DIASTOLE: DIASTOLE,
}
_STATES, _PLACES = _fractions()
_PART_PLACES = (np.arange(POINTS_A_PART) + 0.5) / POINTS_A_PART


def frames_of(cycle: Cycle) -> tuple[int, int]:
    """The frames [first, stop) of the take that a beat is read from: those around its points."""
    first = int(np.floor((cycle.start_s - CENTRE_S) / FRAME_S))
    return max(0, first), int(np.floor((cycle.stop_s - CENTRE_S) / FRAME_S)) + 2


def align(levels_db: F64, first_frame: int, cycle: Cycle) -> AlignedBeat:
    """A beat on the grid. levels_db: float64 (4, n), `band_levels` of the take from frame `first_frame` on."""
    edges_s = np.array(cycle.edges_s)
    grid_s = edges_s[_STATES] + _PLACES * np.diff(edges_s)[_STATES]
    parts = part_edges(cycle.edges_s)
    parts_s = (parts[:, :1] + parts[:, 1:] * _PART_PLACES).ravel()
    values = _at(levels_db, first_frame, np.concatenate((grid_s, parts_s)))
    by_part = values[:, N_POINTS:].reshape(len(BANDS_HZ), len(PARTS), POINTS_A_PART)
    power = np.add.reduce(10.0 ** (0.1 * by_part), axis=2) / POINTS_A_PART
    return AlignedBeat(cycle, values[:, :N_POINTS], 10.0 * np.log10(power))


def _at(levels_db: F64, first_frame: int, times_s: F64) -> F64:
    """Levels between frames, float64 (4, k); NaN beside the frames that are there."""
    at = (times_s - CENTRE_S) / FRAME_S - first_frame
    below = np.floor(at).astype(np.int64)
    share = at - below
    # The first 12 ms of a take lie before its first frame's middle: that frame stands for them.
    below, share = np.where(below < 0, 0, below), np.where((below < 0) & (first_frame == 0), 0.0, share)
    inside = (below + 1 < levels_db.shape[1]) & (at >= (-1 if first_frame == 0 else 0))
    low = np.where(inside, below, 0)
    if not levels_db.shape[1]:
        return np.full((len(BANDS_HZ), times_s.size), np.nan)
    high = np.minimum(low + 1, levels_db.shape[1] - 1)
    values = levels_db[:, low] * (1.0 - share) + levels_db[:, high] * share
    return np.where(inside, values, np.nan)


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


def select(beats: Iterable[AlignedBeat]) -> Selection:
    """Leaves out what does not belong: one cause after the other, so that each is judged among what is left."""
    excluded: dict[Exclusion, int] = {}
    left = list(beats)
    for why, judge in _JUDGES.items():
        kept = [beat for beat, fits in zip(left, judge(left), strict=True) if fits] if left else []
        if len(kept) < len(left):
            excluded[why] = len(left) - len(kept)
        left = kept
    return Selection(tuple(left), MappingProxyType(excluded))


def _whole(beats: Sequence[AlignedBeat]) -> Sequence[bool]:
    return [bool(np.isfinite(beat.levels_db).all() and np.isfinite(beat.parts_db).all()) for beat in beats]


def _usable(beats: Sequence[AlignedBeat]) -> Sequence[bool]:
    return [beat.cycle.usable for beat in beats]


def _regular(beats: Sequence[AlignedBeat]) -> Sequence[bool]:
    lasted_s = np.array([beat.durations_s for beat in beats])
    to_s2_s, cycle_s = lasted_s[:, :2].sum(axis=1), lasted_s.sum(axis=1)
    steady = np.abs(to_s2_s / np.median(to_s2_s) - 1.0) <= SYSTOLE_TOLERANCE
    whole = np.abs(cycle_s / np.median(cycle_s) - 1.0) <= CYCLE_TOLERANCE
    fits: Sequence[bool] = (steady & whole & (lasted_s > 0.0).all(axis=1)).tolist()
    return fits


def _alike(beats: Sequence[AlignedBeat]) -> Sequence[bool]:
    levels_db = np.array([beat.levels_db for beat in beats])
    apart_db = np.sqrt(np.square(levels_db - np.median(levels_db, axis=0)).mean(axis=(1, 2)))
    fits: Sequence[bool] = (apart_db <= max(UNLIKE_DB, UNLIKE_TIMES * float(np.median(apart_db)))).tolist()
    return fits


_JUDGES: Mapping[Exclusion, Callable[[Sequence[AlignedBeat]], Sequence[bool]]] = MappingProxyType(
    {
        Exclusion.GAP: _whole,
        Exclusion.POOR_SIGNAL: _usable,
        Exclusion.IRREGULAR: _regular,
        Exclusion.UNLIKE_OTHERS: _alike,
    }
)


def average_beat(selection: Selection) -> AverageBeat | None:
    """The average of the selected beats; None where there are fewer than `FEWEST_BEATS`."""
    if not selection.enough:
        return None
    lasted_s = np.median([beat.durations_s for beat in selection.used], axis=0)
    onsets_s = np.concatenate(([0.0], np.cumsum(lasted_s)[:-1]))
    levels_db = np.array([beat.levels_db for beat in selection.used])
    low_db, high_db = np.percentile(levels_db, (10.0, 90.0), axis=0)
    s1_s, systole_s, s2_s, diastole_s = lasted_s.tolist()
    return AverageBeat(
        beats=len(selection.used),
        durations_s=(s1_s, systole_s, s2_s, diastole_s),
        time_s=onsets_s[_STATES] + _PLACES * lasted_s[_STATES],
        mean_db=levels_db.mean(axis=0),
        low_db=low_db,
        high_db=high_db,
        parts_db=np.mean([beat.parts_db for beat in selection.used], axis=0),
    )
