"""Which beats belong to an average: what does not is left out, counted by cause."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from stetho.heart.aligned_beat import AlignedBeat

FEWEST_BEATS = 4
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
class Selection:
    """The beats that an average is made of, and how many were left out for what."""

    used: tuple[AlignedBeat, ...]
    excluded: Mapping[Exclusion, int]

    @property
    def enough(self) -> bool:
        return len(self.used) >= FEWEST_BEATS


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
