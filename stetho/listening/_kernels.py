"""The compiled inner loops of listening. Imported in `prepare`, never at module level elsewhere.

Signatures are eager and take read-only contiguous input; no kernel uses fastmath, so a result does not depend on how
the input was cut. A sample that is not finite counts as 0.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import float64, int64, njit, types

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_F32_IN = types.Array(types.float32, 1, "C", readonly=True)
_F64_IN_3D = types.Array(types.float64, 3, "C", readonly=True)
_F64 = types.float64[::1]
_F64_2D = types.float64[:, ::1]
_F64_3D = types.float64[:, :, ::1]
_I64 = types.int64[::1]
_F32 = types.float32[::1]

_ONE = 1 << 30
"""A gain of 1 in whole numbers, whose running sums never drift."""


@njit(float64(types.float32), nogil=True, cache=True)
def _finite(sample: float) -> float:
    return float(sample) if math.isfinite(sample) else 0.0


@njit(int64(_F32_IN, _F64_IN_3D, _F64_3D, _F64, int64, float64, int64, _F32), nogil=True, cache=True)
def mode_bank(
    samples: F32, sections: F64, state: F64, progress: F64, chosen: int, step: float, count: int, out: F32
) -> int:
    """All modes' filters side by side, the chosen one faded in and the others out; returns `count` + len(samples).

    sections: float64 (modes, n, 6). state: float64 (modes, n, 2), changed in place. progress: float64 (modes,), how far
    each is faded in, 0 to 1, by `step` a sample, changed in place. The weights of two that cross have squares that add
    up to 1, and no corner where the fade begins and ends.
    """
    for i in range(samples.size):
        x = _finite(samples[i])
        total = 0.0
        for m in range(sections.shape[0]):
            y = x
            for s in range(sections.shape[1]):
                z = sections[m, s, 0] * y + state[m, s, 0]
                state[m, s, 0] = sections[m, s, 1] * y - sections[m, s, 4] * z + state[m, s, 1]
                state[m, s, 1] = sections[m, s, 2] * y - sections[m, s, 5] * z
                y = z
            u = progress[m] + (step if m == chosen else -step)
            u = min(1.0, max(0.0, u))
            progress[m] = u
            if u == 1.0:
                total += y
            elif u > 0.0:
                total += y * math.sin(0.5 * math.pi * u * u * (3.0 - 2.0 * u))
        out[i] = total
        count += 1
        if count & 255 == 0:
            for m in range(sections.shape[0]):
                for s in range(sections.shape[1]):
                    for j in range(2):
                        if abs(state[m, s, j]) < 1e-30:
                            state[m, s, j] = 0.0
    return count


@njit(int64(_F32_IN, float64, float64, float64, float64, _F64, _F64, _I64, _I64, int64, _F32), nogil=True, cache=True)
def amplify(
    samples: F32,
    target: float,
    glide: float,
    recovery: float,
    ceiling: float,
    gains: F64,
    line: F64,
    allowed: I64,
    smooth: I64,
    count: int,
    out: F32,
) -> int:
    """A gain that glides to `target`, then a limiter that knows the next n - 1 samples; returns `count` + len(samples).

    gains: float64 (4,), the gain now, what the limiter lets through, the sum of `smooth` (a whole number), and where the
    gain glides to on its way.
    line: float64 (n,), amplified samples. allowed, smooth: int64 (n,), what each sample allows, and the least of it
    with its slow recovery; in units of 2^-30. All changed in place.
    Each of the n values averaged for a sample is at most what that sample allows, and so is their average.
    """
    n = line.size
    total = int(gains[2])
    for i in range(samples.size):
        gains[3] += (target - gains[3]) * glide
        gains[0] += (gains[3] - gains[0]) * glide
        if abs(target - gains[0]) + abs(target - gains[3]) < 1e-9:
            gains[0] = gains[3] = target
        v = _finite(samples[i]) * gains[0]
        slot = count % n
        allowed[slot] = _ONE if abs(v) <= ceiling else int(ceiling / abs(v) * _ONE)
        least = allowed[0]
        for j in range(1, n):
            least = min(least, allowed[j])
        gains[1] = min(gains[1] + (1.0 - gains[1]) * recovery, least / _ONE)
        if gains[1] > 1.0 - 1e-9:
            gains[1] = 1.0
        now = int(gains[1] * _ONE)
        total += now - smooth[slot]
        smooth[slot] = now
        line[slot] = v
        y = line[(slot + 1) % n] * (total / (n * _ONE))
        out[i] = min(ceiling, max(-ceiling, y))
        count += 1
    gains[2] = total
    return count


@njit(types.void(_F64_2D, int64, float64), nogil=True, cache=True)
def _cut_back(line: F64, slot: int, sign: float) -> None:
    """Lays what waits on the baseline back to the last zero crossing; where there is none, fades towards now."""
    n = line.shape[1]
    back = 1
    while back <= n and (line[0, (slot - back) % n] - line[1, (slot - back) % n]) * sign > 0.0:
        back += 1
    crossed = back <= n
    for j in range(1, back):
        at = (slot - j) % n
        kept = 0.0 if crossed else j / (n + 1.0)
        line[0, at] = line[1, at] + kept * (line[0, at] - line[1, at])


@njit(int64(_F32_IN, float64, int64, float64, float64, _F64_2D, _F64, _F64, _I64, int64, _F32), nogil=True, cache=True)
def remove_spikes(
    samples: F32,
    slow: float,
    window: int,
    times: float,
    floor: float,
    line: F64,
    levels: F64,
    maxima: F64,
    marks: I64,
    count: int,
    out: F32,
) -> int:
    """Cuts out half-waves that stand out of the last windows, n samples late; returns `count` + len(samples).

    slow: what the baseline takes of a sample. window: its length in samples. times, floor: a spike is higher than
    `times` the reference and than `floor`. line: float64 (2, n), samples and baselines that wait. levels: float64 (3,),
    baseline, highest of this window, limit (0: not known yet). maxima: float64 (k,), highest of the last windows.
    marks: int64 (2,), the sign of the half-wave that is being cut out (0: none), and how many windows are full.
    """
    n = line.shape[1]
    for i in range(samples.size):
        x = _finite(samples[i])
        levels[0] += (x - levels[0]) * slow
        if abs(levels[0]) < 1e-30:
            levels[0] = 0.0
        v = x - levels[0]
        levels[1] = max(levels[1], abs(v))
        slot = count % n
        if v * marks[0] <= 0.0:
            marks[0] = 0
        if marks[0] == 0 and levels[2] > 0.0 and abs(v) > levels[2]:
            marks[0] = 1 if v > 0.0 else -1
            _cut_back(line, slot, float(marks[0]))
        out[i] = line[0, slot]
        line[0, slot] = levels[0] if marks[0] != 0 else x
        line[1, slot] = levels[0]
        count += 1
        if count % window == 0:
            maxima[marks[1] % maxima.size] = levels[1]
            levels[1] = 0.0
            marks[1] += 1
            known = min(marks[1], maxima.size)
            if known >= 3:
                ordered = np.sort(maxima[:known])
                levels[2] = max(floor, times * ordered[known - 1 - known // 4])
    return count
