"""Which part of the beat a score rests on: the network is asked again with each part in turn made quiet.

Occlusion (Zeiler and Fergus 2014), by phase of the heart. It says what the network used, never what a patient has.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.heart.band_levels import CENTRE_S, FRAME_S
from stetho.heart.beats import Segment
from stetho.heart.durations import HeartState
from stetho.stream import Samples

Mask = npt.NDArray[np.bool_]

QUIET_SHARE = 0.2
"""Each band is set to the level that it is below for this share of systole and diastole together: a level of this very
window, in each band. Where a murmur fills one of the two, the other has the quiet frames, so that hiding diastole never
paints a murmur of systole into it."""
FEWEST_BEATS = 2


class Hidden(StrEnum):
    """What is made quiet, one at a time."""

    S1 = "S1"
    SYSTOLE = "systole"
    S2 = "S2"
    DIASTOLE = "diastole"
    EARLY_SYSTOLE = "early_systole"
    MID_SYSTOLE = "mid_systole"
    LATE_SYSTOLE = "late_systole"


_THIRDS = (Hidden.EARLY_SYSTOLE, Hidden.MID_SYSTOLE, Hidden.LATE_SYSTOLE)


@dataclass(frozen=True, slots=True)
class PartDrop:
    """share: how much of the window was made quiet, 0..1. drop_log_odds: by how much that lowered the log-odds of present
    (natural logarithm); above 0 where the part spoke for a murmur, below 0 where it spoke against one.
    """

    part: Hidden
    share: float
    drop_log_odds: float


@dataclass(frozen=True, slots=True)
class Occlusion:
    """The drops of one window, in the order of `Hidden`."""

    drops: tuple[PartDrop, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            drop.part.value: {"share": round(drop.share, 3), "drop_log_odds": round(drop.drop_log_odds, 3)}
            for drop in self.drops
        }

    @property
    def between_sounds(self) -> HeartState | None:
        """Systole or diastole, whichever lowers the log-odds of present more; None where neither does.

        S1 and S2 aren't asked: without them the network loses the beat, and with it any murmur.
        """
        lost = {drop.part: drop.drop_log_odds for drop in self.drops}
        systole, diastole = lost[Hidden.SYSTOLE], lost[Hidden.DIASTOLE]
        if max(systole, diastole) <= 0.0:
            return None
        return HeartState.SYSTOLE if systole > diastole else HeartState.DIASTOLE


def occlude(
    log_mel: Samples, segments: Iterable[Segment], start_s: float, present: Callable[[Samples], float]
) -> Occlusion | None:
    """Asks the network eight times. None with fewer than two beats in the window: then no part can be told.

    log_mel: float32 (40, n), the window, which begins `start_s` seconds into the take that `segments` are of. present: the
    network's calibrated log-odds of present for a window. Raises what `present` raises.
    """
    found = [segment for segment in segments if segment.stop_s > start_s]
    masks = _masks(found, start_s, log_mel.shape[1])
    quiet = masks[Hidden.SYSTOLE] | masks[Hidden.DIASTOLE]
    if _begun(masks[Hidden.S1]) < FEWEST_BEATS or not quiet.any():
        return None
    level = np.quantile(log_mel[:, quiet], QUIET_SHARE, axis=1).astype(np.float32)
    before = present(log_mel)
    return Occlusion(
        tuple(
            PartDrop(part, float(mask.mean()), before - present(_without(log_mel, mask, level)))
            for part, mask in masks.items()
        )
    )


def _without(log_mel: Samples, mask: Mask, level: Samples) -> Samples:
    """The window with the frames of `mask` no louder than `level`, float32 (40,)."""
    hidden = log_mel.copy()
    hidden[:, mask] = np.minimum(hidden[:, mask], level[:, None])
    return hidden


def _masks(segments: Sequence[Segment], start_s: float, frames: int) -> dict[Hidden, Mask]:
    """Which frames of the window belong to each part, by their middle."""
    centres_s = start_s + CENTRE_S + FRAME_S * np.arange(frames)
    masks = {part: np.zeros(frames, np.bool_) for part in Hidden}
    for segment in segments:
        inside = (segment.start_s <= centres_s) & (centres_s < segment.stop_s)
        masks[Hidden(segment.state.value)] |= inside
        if segment.state is HeartState.SYSTOLE and segment.onset_seen:
            place = (centres_s - segment.start_s) / max(segment.stop_s - segment.start_s, 1e-9)
            for number, part in enumerate(_THIRDS):
                masks[part] |= inside & (number / 3 <= place) & (place < (number + 1) / 3)
    return masks


def _begun(mask: Mask) -> int:
    """How many runs of frames there are."""
    return int(np.count_nonzero(np.diff(mask, prepend=False) & mask))
