"""The average beat of a take in a few characters: a ribbon in braille, with S1 and S2 marked below it."""

import numpy as np
import numpy.typing as npt

from stetho.cli.trace import braille
from stetho.events import AverageBeatEvent
from stetho.heart.band_levels import MURMUR_BANDS, over_bands
from stetho.heart.durations import STATES

F64 = npt.NDArray[np.float64]

LEAD = 0.12
"""Share of the picture before S1: a sound that begins at the very edge can't be seen to begin."""
LEAST_RANGE_DB = 20.0
"""What fills the height at least: a beat in which nothing stands out looks flat."""


def beat_rows(event: AverageBeatEvent, width: int, height: int) -> list[str]:
    """`height` lines of `width` characters, the last with the marks.

    The ribbon runs from the 10th to the 90th percentile of the level over 60-500 Hz: thin where the beats agree.
    """
    if event.average_beat is None:
        return [" " * width] * height
    beat = event.average_beat
    lasts_s = [beat["duration_s"][state.value] for state in STATES]
    cycle_s = sum(lasts_s)
    low_db, high_db = (_over_time(beat[name], beat["time_s"], cycle_s, 2 * width) for name in ("p10_db", "p90_db"))
    s1_s, systole_s, s2_s, _ = lasts_s
    marks = {"S1": s1_s / 2, "S2": s1_s + systole_s + s2_s / 2}
    return [*braille(_ribbon(low_db, high_db, 4 * (height - 1))), _marks(marks, cycle_s, width)]


def _over_time(bands_db: list[list[float]], time_s: list[float], cycle_s: float, columns: int) -> F64:
    """The level over the bands of murmurs, float64 (columns,), from a little before S1 on."""
    level_db = over_bands(np.array(bands_db)[MURMUR_BANDS].T)
    at_s = ((np.arange(columns) + 0.5) / columns - LEAD) * cycle_s
    return np.interp(at_s, np.array(time_s), level_db, period=cycle_s)


def _ribbon(low_db: F64, high_db: F64, rows: int) -> npt.NDArray[np.bool_]:
    """Dots (rows, columns), the first row on top."""
    top, bottom = float(high_db.max()), float(low_db.min())
    range_db = max(LEAST_RANGE_DB, top - bottom)
    upper = np.rint((top - high_db) / range_db * (rows - 1)).astype(int)
    lower = np.rint((top - low_db) / range_db * (rows - 1)).astype(int)
    row = np.arange(rows)[:, None]
    return (row >= upper) & (row <= lower)


def _marks(centres_s: dict[str, float], cycle_s: float, width: int) -> str:
    signs = [" "] * width
    for sign, centre_s in centres_s.items():
        at = round(width * (centre_s / cycle_s + LEAD) - len(sign) / 2)
        at = min(max(0, at), width - len(sign))
        signs[at : at + len(sign)] = sign
    return "".join(signs)
