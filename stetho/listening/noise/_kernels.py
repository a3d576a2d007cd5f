"""The compiled inner loops of noise reduction. Imported in `prepare`, never at module level elsewhere.

As in `stetho.dsp._kernels`: eager signatures, read-only contiguous input, no fastmath, sums in a fixed order.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import float64, int64, njit, types

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_F32_IN = types.Array(types.float32, 1, "C", readonly=True)
_F64_IN = types.Array(types.float64, 1, "C", readonly=True)
_I64_IN = types.Array(types.int64, 1, "C", readonly=True)
_F64_IN_2D = types.Array(types.float64, 2, "C", readonly=True)
_F32 = types.float32[::1]
_F32_2D = types.float32[:, ::1]
_F64 = types.float64[::1]
_F64_2D = types.float64[:, ::1]

_TINY = 1e-12


@njit(types.float32(types.float32), nogil=True, cache=True)
def _clean(sample: np.float32) -> np.float32:
    """0 for what is not finite, and for what is so small that its products would be denormal and slow."""
    return sample if math.isfinite(sample) and abs(sample) > np.float32(1e-15) else np.float32(0.0)


@njit(types.float32(_F32, int64, _F32), nogil=True, cache=True)
def _dot(line: F32, at: int, taps: F32) -> np.float32:
    """line[at:] times taps, in eight sums of fixed order; the number of taps is a multiple of 8."""
    zero = np.float32(0.0)
    a, b, c, d, e, f, g, h = zero, zero, zero, zero, zero, zero, zero, zero
    for j in range(0, taps.size, 8):
        k = at + j
        a += taps[j] * line[k]
        b += taps[j + 1] * line[k + 1]
        c += taps[j + 2] * line[k + 2]
        d += taps[j + 3] * line[k + 3]
        e += taps[j + 4] * line[k + 4]
        f += taps[j + 5] * line[k + 5]
        g += taps[j + 6] * line[k + 6]
        h += taps[j + 7] * line[k + 7]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@njit(int64(_F32_IN, _F32_IN, types.float32, types.float32, _F32, _F32, _F64, int64, _F32), nogil=True, cache=True)
def nlms(
    chest: F32,
    ambient: F32,
    step: np.float32,
    least: np.float32,
    taps: F32,
    line: F32,
    energy: F64,
    count: int,
    out: F32,
) -> int:
    """Normalised LMS: chest minus what the last n ambient samples explain of it; returns `count` + len(chest).

    step: 0 to 2, how much of an error is corrected at once. least: added to the energy that it is normalised by.
    taps: float32 (n,), oldest first; line: float32 (2 n,), the last n ambient samples, each twice, so that they lie side
    by side; energy: float64 (1,), of these n. All changed in place.
    """
    n = taps.size
    for i in range(chest.size):
        slot = count % n
        new, old = _clean(ambient[i]), line[slot]
        line[slot] = line[slot + n] = new
        count += 1
        at = slot + 1
        if count & 255 == 0:
            energy[0] = 0.0
            for j in range(n):
                energy[0] += float(line[j]) * float(line[j])
        else:
            energy[0] += float(new) * float(new) - float(old) * float(old)
        error = _clean(chest[i]) - _dot(line, at, taps)
        out[i] = error
        pull = step * error / (least + np.float32(max(0.0, energy[0])))
        for j in range(n):
            taps[j] += pull * line[at + j]
    return count


@njit(types.void(_F32, int64, _F64_IN, _F64_IN, _F64_IN, _I64_IN, _F64_2D, _F64), nogil=True, cache=True)
def _power(line: F32, at: int, window: F64, cosines: F64, sines: F64, order: I64, work: F64, power: F64) -> None:
    """|X|^2 of n windowed samples from line[at] on, bins 0 to n / 2, through one complex transform of n / 2 points.

    cosines, sines: of -2 pi k / n, float64 (n / 2,). order: int64 (n / 2,), indices with their bits reversed.
    """
    half = order.size
    re, im = work[0], work[1]
    for i in range(half):
        j = 2 * order[i]
        re[i] = line[at + j] * window[j]
        im[i] = line[at + j + 1] * window[j + 1]
    span = 1
    while span < half:
        turn = half // span
        for j in range(span):
            c, s = cosines[j * turn], sines[j * turn]
            for a in range(j, half, 2 * span):
                b = a + span
                xr, xi = re[b] * c - im[b] * s, re[b] * s + im[b] * c
                re[b], im[b] = re[a] - xr, im[a] - xi
                re[a], im[a] = re[a] + xr, im[a] + xi
        span *= 2
    power[0] = (re[0] + im[0]) ** 2
    power[half] = (re[0] - im[0]) ** 2
    for k in range(1, half):
        er, ei = 0.5 * (re[k] + re[half - k]), 0.5 * (im[k] - im[half - k])
        dr, di = 0.5 * (im[k] + im[half - k]), 0.5 * (re[half - k] - re[k])
        xr = er + dr * cosines[k] - di * sines[k]
        xi = ei + dr * sines[k] + di * cosines[k]
        power[k] = xr * xr + xi * xi


@njit(types.void(_F64, _F64_2D, _F64_2D, int64, int64, float64, float64), nogil=True, cache=True)
def _track_floor(power: F64, state: F64, minima: F64, frame: int, lasting: int, keep: float, bias: float) -> None:
    """The noise's power in each bin: the least of the smoothed power over the last windows (Martin 2001).

    state: float64 (4, bins): smoothed power, least of this window, noise, last clean power.
    minima: float64 (w, bins), the least of each of the last w windows of `lasting` frames.
    """
    for k in range(power.size):
        state[0, k] = power[k] if frame == 0 else keep * state[0, k] + (1.0 - keep) * power[k]
        state[1, k] = state[0, k] if frame % lasting == 0 else min(state[1, k], state[0, k])
    row = (frame // lasting) % minima.shape[0]
    for k in range(power.size):
        minima[row, k] = state[1, k]
        least = minima[0, k]
        for r in range(1, minima.shape[0]):
            least = min(least, minima[r, k])
        state[2, k] = bias * least


@njit(types.void(_F64, _F64_2D, float64, float64, _F64), nogil=True, cache=True)
def _log_gains(power: F64, state: F64, memory: float, floor: float, logs: F64) -> None:
    """ln of each bin's Wiener gain with a decision-directed a-priori ratio (Ephraim & Malah 1984), from `floor` to 1."""
    for k in range(power.size):
        noise = state[2, k] + _TINY
        ratio = memory * state[3, k] / noise + (1.0 - memory) * max(0.0, power[k] / noise - 1.0)
        gain = max(floor, ratio / (1.0 + ratio))
        state[3, k] = gain * gain * power[k]
        logs[k] = math.log(gain)


@njit(types.void(_F64, _F64_IN_2D, _F64, _F64, _F32), nogil=True, cache=True)
def _minimum_phase(logs: F64, cosines: F64, cepstrum: F64, response: F64, taps: F32) -> None:
    """The filter of least delay with these log gains: cepstrum, folded, and from it the response by recursion.

    cosines: float64 (m, bins), logs to the folded and tapered cepstrum. taps: float32 (n,), last one first.
    Source: Oppenheim & Schafer, Discrete-Time Signal Processing, "Cepstrum analysis".
    """
    for m in range(cosines.shape[0]):
        total = 0.0
        for k in range(logs.size):
            total += cosines[m, k] * logs[k]
        cepstrum[m] = total
    n = taps.size
    response[0] = math.exp(cepstrum[0])
    for i in range(1, n):
        total = 0.0
        for m in range(1, min(i, cosines.shape[0] - 1) + 1):
            total += m * cepstrum[m] * response[i - m]
        response[i] = total / i
    for i in range(n):
        taps[n - 1 - i] = response[i]


@njit(
    int64(
        *(_F32_IN, _F64_IN, _F64_IN, _F64_IN, _I64_IN, _F64_IN_2D, _F64_IN, int64, int64),
        *(_F32, _F32_2D, _F64_2D, _F64_2D, _F64_2D, int64, _F32),
    ),
    nogil=True,
    cache=True,
)
def thin_out(
    samples: F32,
    window: F64,
    cosines: F64,
    sines: F64,
    order: I64,
    fold: F64,
    rules: F64,
    hop: int,
    lasting: int,
    line: F32,
    filters: F32,
    state: F64,
    minima: F64,
    work: F64,
    count: int,
    out: F32,
) -> int:
    """Each sample through a filter that follows the sound's own spectrum; returns `count` + len(samples).

    Every `hop` samples the last n are weighed and a filter is made of them, to which the next hop goes over.
    rules: float64 (4,), what the smoothed power keeps, its bias, the a-priori ratio's memory, the least gain.
    line: float32 (2 n,), the last n samples, each twice. filters: float32 (2, n / 2), the one left and the one gone to.
    state, minima: as in `_track_floor`. work: float64 (6, n), of no meaning between two calls.
    """
    n = window.size
    length = filters.shape[1]
    bins = n // 2 + 1
    for i in range(samples.size):
        slot = count % n
        line[slot] = line[slot + n] = _clean(samples[i])
        at = slot + 1 + n - length
        share = np.float32((count % hop) / hop)
        before, after = _dot(line, at, filters[0]), _dot(line, at, filters[1])
        out[i] = before + share * (after - before)
        count += 1
        if count % hop == 0:
            power, logs = work[2, :bins], work[3, :bins]
            _power(line, slot + 1, window, cosines, sines, order, work, power)
            _track_floor(power, state, minima, count // hop - 1, lasting, rules[0], rules[1])
            _log_gains(power, state, rules[2], rules[3], logs)
            filters[0, :] = filters[1]
            _minimum_phase(logs, fold, work[4], work[5], filters[1])
    return count
