"""The average beat: four bands, their spread over beats, and where S1, systole, S2 and diastole lie."""

from itertools import accumulate

import numpy as np

from stetho.heart.average_beat import AverageBeat
from stetho.heart.band_levels import BANDS_HZ
from stetho.heart.durations import STATES
from stetho.notebook.svg import FAINT, INK, MISSING, S1, S2, area, curve, line, picture, text

WIDTH, HEIGHT = 760.0, 170.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 120.0, 30.0, 8.0
_COLOURS = (INK, S1, S2, "#7c3aed")


def beat_picture(average: AverageBeat) -> str:
    """In dB of full scale squared against seconds after the onset of S1."""
    lowest, highest = _round_out(average)
    whole_s = sum(average.durations_s)

    def x(time_s: float) -> float:
        return LEFT + time_s / whole_s * (WIDTH - LEFT - RIGHT)

    def y(level_db: float) -> float:
        return TOP + (highest - level_db) / (highest - lowest) * (HEIGHT - TOP - BOTTOM)

    parts = [
        text(LEFT, 12, f"average of {average.beats} beats, dB of full scale squared; bands: the middle 80 %", FAINT)
    ]
    for level_db in range(lowest, highest + 1, 20):
        parts += [line(LEFT, y(level_db), WIDTH - RIGHT, y(level_db), MISSING)]
        parts += [text(LEFT - 5, y(level_db) + 4, level_db, FAINT, "end")]
    edges_s = [0.0, *accumulate(average.durations_s)]
    for state, start_s, stop_s in zip(STATES, edges_s, edges_s[1:], strict=False):
        parts += [line(x(start_s), TOP, x(start_s), HEIGHT - BOTTOM, FAINT)]
        parts += [text((x(start_s) + x(stop_s)) / 2, TOP - 5, state.value, INK, "middle")]
    xs = [x(time_s) for time_s in average.time_s.tolist()]
    rows = zip(BANDS_HZ, _COLOURS, average.mean_db, average.low_db, average.high_db, strict=True)
    for place, ((low_hz, high_hz), colour, mean_db, low_db, high_db) in enumerate(rows):
        parts += [area(xs, [*map(y, low_db.tolist())], [*map(y, high_db.tolist())], colour, 0.12)]
        parts += [curve(xs, map(y, mean_db.tolist()), colour)]
        parts += [text(WIDTH - RIGHT + 10, TOP + 16 + 18 * place, f"{low_hz}-{high_hz} Hz", colour)]
    return picture(WIDTH, HEIGHT, f"average of {average.beats} beats in four bands", parts)


def _round_out(average: AverageBeat) -> tuple[int, int]:
    """The axis: whole twenties of dB around all that is drawn."""
    lowest, highest = float(np.min(average.low_db)), float(np.max(average.high_db))
    return 20 * int(np.floor(lowest / 20)), 20 * int(np.floor(highest / 20) + 1)
