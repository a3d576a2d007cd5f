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


@njit(
    int64(_F32_IN, _F32_IN, types.float32, types.float32, float64, _F32, _F32, _F64, int64, _F32),
    nogil=True,
    cache=True,
)
def nlms(
    chest: F32,
    ambient: F32,
    step: np.float32,
    least: np.float32,
    settle: float,
    taps: F32,
    line: F32,
    energy: F64,
    count: int,
    out: F32,
) -> int:
    """Normalised LMS: chest minus what the last n ambient samples explain of it; returns `count` + len(chest).

    step: 0 to 2, how much of an error is corrected at once. least: added to the energy that it is normalised by. settle: what
    the usual error takes of the newest.
    taps: float32 (n,), oldest first; line: float32 (2 n,), the last n ambient samples, each twice, so that they lie side
    by side; energy: float64 (2,), of these n, and how large an error usually is. All changed in place.
    An error counts for at most twice what is usual: the heart, which the room does not explain, comes in bursts.
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
        bound = np.float32(1.5 * energy[1])
        if error > bound:
            error = bound
        elif error < -bound:
            error = -bound
        energy[1] += settle * (max(1e-6, float(abs(error))) - energy[1])
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
        if state[0, k] < 1e-30:
            state[0, k] = 0.0
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
    """The logarithm of each bin's Wiener gain with a decision-directed a-priori ratio (Ephraim & Malah 1984), from `floor` to 1."""
    for k in range(power.size):
        noise = state[2, k] + _TINY
        ratio = memory * state[3, k] / noise + (1.0 - memory) * max(0.0, power[k] / noise - 1.0)
        gain = max(floor, ratio / (1.0 + ratio))
        state[3, k] = gain * gain * power[k]
        logs[k] = math.log(gain)


@njit(float64(_F64_IN, int64, _F64, int64, int64), nogil=True, cache=True)
def _product(table: F64, at: int, values: F64, first: int, count: int) -> float:
    """table[at:] times values[first:], `count` of them, a multiple of 8, in eight sums of fixed order."""
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(0, count, 8):
        p, q = at + j, first + j
        a += table[p] * values[q]
        b += table[p + 1] * values[q + 1]
        c += table[p + 2] * values[q + 2]
        d += table[p + 3] * values[q + 3]
        e += table[p + 4] * values[q + 4]
        f += table[p + 5] * values[q + 5]
        g += table[p + 6] * values[q + 6]
        h += table[p + 7] * values[q + 7]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@njit(types.void(_F64, _F64_IN, _F64, _F64, _F32), nogil=True, cache=True)
def _minimum_phase(logs: F64, fold: F64, slopes: F64, response: F64, taps: F32) -> None:
    """The filter of least delay with these log gains: cepstrum, folded, and from it the response by recursion.

    fold: float64 (m len(logs),), row after row, log gains to the slopes m c[m] of the folded and tapered cepstrum; its
    row 0 is c[0] itself. slopes: float64 (m,), written. response: float64 (len(taps) + m,), last one first, then zeros.
    taps: float32 (n,), written, last one first.
    Source: Oppenheim & Schafer, Discrete-Time Signal Processing, "Cepstrum analysis".
    """
    n, width, kept = taps.size, logs.size, slopes.size
    for m in range(kept):
        slopes[m] = _product(fold, m * width, logs, 0, width)
    response[:] = 0.0
    response[n - 1] = math.exp(slopes[0])
    taps[n - 1] = response[n - 1]
    slopes[0] = 0.0
    for i in range(1, n):
        value = _product(slopes, 0, response, n - 1 - i, kept) / i
        if abs(value) > _TINY:  # or its products with samples would be denormal, and slow
            response[n - 1 - i] = value
            taps[n - 1 - i] = value
        else:
            taps[n - 1 - i] = 0.0


@njit(
    int64(
        *(_F32_IN, _F64_IN, _F64_IN, _F64_IN, _I64_IN, _F64_IN, _F64_IN, int64, int64, int64),
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
    late: int,
    line: F32,
    filters: F32,
    state: F64,
    minima: F64,
    work: F64,
    count: int,
    out: F32,
) -> int:
    """Each sample through a filter that follows the sound's own spectrum, `late` samples late; returns the new count.

    Every `hop` samples the last n are weighed and a filter is made of them, to which the next half hop goes over.
    fold: float64 (m (n / 2 + 8),), as in `_minimum_phase`. rules: float64 (4,), what the smoothed power keeps, its bias,
    the a-priori ratio's memory, the least gain. line: float32 (2 n,), the last n samples, each twice. filters: float32
    (2, n / 2), the one left and the one gone to. state: float64 (4, n / 2 + 8), minima: as in `_track_floor`. work:
    float64 (6, n), of no meaning between two calls. count: samples since the last reset.
    """
    n = window.size
    half = n // 2
    fade = hop // 2
    for i in range(samples.size):
        slot = count % n
        line[slot] = line[slot + n] = _clean(samples[i])
        at = slot + 1 + half - late
        value = _dot(line, at, filters[1])
        done = count % hop
        if done < fade:
            before = _dot(line, at, filters[0])
            value = before + np.float32((done + 1) / fade) * (value - before)
        out[i] = value
        count += 1
        if count % hop == 0:
            power, logs = work[2, : half + 1], work[3, : half + 8]
            _power(line, slot + 1, window, cosines, sines, order, work, power)
            _track_floor(power, state, minima, count // hop - 1, lasting, rules[0], rules[1])
            _log_gains(power, state, rules[2], rules[3], logs)
            filters[0, :] = filters[1]
            _minimum_phase(
                logs, fold, work[4, : fold.size // logs.size], work[5, : half + fold.size // logs.size], filters[1]
            )
    return count
