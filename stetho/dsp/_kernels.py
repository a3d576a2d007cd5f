"""The compiled inner loops of the signal path. Imported in `prepare`, never at module level elsewhere.

Signatures are eager and take read-only contiguous input: another signature would compile for seconds at the first
live chunk. No kernel uses fastmath, so a result does not depend on how the input was cut.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import float64, int64, njit, types

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_F32_IN = types.Array(types.float32, 1, "C", readonly=True)
_F32_IN_2D = types.Array(types.float32, 2, "C", readonly=True)
_I64_IN = types.Array(types.int64, 1, "C", readonly=True)
_F64_IN = types.Array(types.float64, 1, "C", readonly=True)
_F64_IN_2D = types.Array(types.float64, 2, "C", readonly=True)
_F64 = types.float64[::1]
_F64_2D = types.float64[:, ::1]
_F32 = types.float32[::1]
_F32_2D = types.float32[:, ::1]

_N = 128
_HALF = 64
_HOP = 40
_KEPT = _N - _HOP
_FLOOR = 1e-10

_hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(_N) / _N)
_WINDOW = (_hann / _hann.sum()).astype(np.float32)
_TURN = -2.0 * np.pi * np.arange(_N) / _N
_COS = np.cos(_TURN).astype(np.float32)
_SIN = np.sin(_TURN).astype(np.float32)
_DIGITS = np.arange(_HALF)
_REVERSED = ((_DIGITS & 3) << 4) | (_DIGITS & 12) | (_DIGITS >> 4)


@njit(types.void(_F32, _F32, int64, int64), nogil=True, cache=True)
def _radix4(re: F32, im: F32, span: int, step: int) -> None:
    """Butterflies that join four transforms of `span` points; `step` is the stride through the twiddle table."""
    for j in range(span):
        c1, s1 = _COS[j * step], _SIN[j * step]
        c2, s2 = _COS[2 * j * step], _SIN[2 * j * step]
        c3, s3 = _COS[3 * j * step], _SIN[3 * j * step]
        for a in range(j, _HALF, 4 * span):
            b, c, d = a + span, a + 2 * span, a + 3 * span
            br, bi = re[b] * c1 - im[b] * s1, re[b] * s1 + im[b] * c1
            cr, ci = re[c] * c2 - im[c] * s2, re[c] * s2 + im[c] * c2
            dr, di = re[d] * c3 - im[d] * s3, re[d] * s3 + im[d] * c3
            pr, pi, mr, mi = re[a] + cr, im[a] + ci, re[a] - cr, im[a] - ci
            qr, qi, nr, ni = br + dr, bi + di, br - dr, bi - di
            re[a], im[a] = pr + qr, pi + qi
            re[b], im[b] = mr + ni, mi - nr
            re[c], im[c] = pr - qr, pi - qi
            re[d], im[d] = mr - ni, mi + nr


@njit(types.void(_F32, _F32, _F32, _F32), nogil=True, cache=True)
def _hann_power(x: F32, re: F32, im: F32, power: F32) -> None:
    """|X|^2 / (sum of window)^2 of 128 real samples, bins 0..64, through one complex transform of 64 points."""
    for i in range(_HALF):
        j = 2 * _REVERSED[i]
        re[i] = x[j] * _WINDOW[j]
        im[i] = x[j + 1] * _WINDOW[j + 1]
    _radix4(re, im, 1, 32)
    _radix4(re, im, 4, 8)
    _radix4(re, im, 16, 2)
    half = np.float32(0.5)
    dc, nyquist = re[0] + im[0], re[0] - im[0]
    power[0] = dc * dc
    power[_HALF] = nyquist * nyquist
    for k in range(1, _HALF):
        er, ei = half * (re[k] + re[_HALF - k]), half * (im[k] - im[_HALF - k])
        odr, odi = half * (im[k] + im[_HALF - k]), half * (re[_HALF - k] - re[k])
        xr = er + odr * _COS[k] - odi * _SIN[k]
        xi = ei + odr * _SIN[k] + odi * _COS[k]
        power[k] = xr * xr + xi * xi


@njit(int64(_F32, int64, _F32_IN, _I64_IN, _F32_IN_2D, _F32_2D), nogil=True, cache=True)
def log_mel_frames(history: F32, filled: int, samples: F32, first_bin: I64, weights: F32, out: F32) -> int:
    """Feeds samples through `history` and writes one column of `out` for every 40; returns the new `filled`.

    history: float32 (128,), the last 88 samples and then `filled` new ones; changed in place.
    first_bin, weights: the sparse mel table, weights float32 (40, w).
    out: float32 (40, k) with k = (filled + len(samples)) // 40.
    """
    re = np.empty(_HALF, np.float32)
    im = np.empty(_HALF, np.float32)
    power = np.empty(_HALF + 1, np.float32)
    used, frame = 0, 0
    while used < samples.size:
        taken = min(_HOP - filled, samples.size - used)
        for i in range(taken):
            history[_KEPT + filled + i] = samples[used + i]
        filled += taken
        used += taken
        if filled == _HOP:
            _hann_power(history, re, im, power)
            for band in range(weights.shape[0]):
                total = np.float32(0.0)
                for j in range(weights.shape[1]):
                    total += weights[band, j] * power[first_bin[band] + j]
                out[band, frame] = math.log(total + np.float32(_FLOOR))
            for i in range(_KEPT):
                history[i] = history[i + _HOP]
            filled = 0
            frame += 1
    return filled


@njit(int64(_F32, int64, _F32_IN, _F32_2D), nogil=True, cache=True)
def power_frames(history: F32, filled: int, samples: F32, out: F32) -> int:
    """Feeds samples through `history` as `log_mel_frames` does, and writes the power of each bin instead.

    out: float32 (65, k) with k = (filled + len(samples)) // 40. Returns the new `filled`.
    """
    re = np.empty(_HALF, np.float32)
    im = np.empty(_HALF, np.float32)
    power = np.empty(_HALF + 1, np.float32)
    frame = 0
    for i in range(samples.size):
        history[_KEPT + filled] = samples[i] if math.isfinite(samples[i]) else np.float32(0.0)
        filled += 1
        if filled == _HOP:
            _hann_power(history, re, im, power)
            for k in range(_HALF + 1):
                out[k, frame] = power[k]
            for k in range(_KEPT):
                history[k] = history[k + _HOP]
            filled = 0
            frame += 1
    return filled


@njit(types.float32(_F32_IN_2D, int64, _F32_IN, int64), nogil=True, cache=True)
def _dot8(table: F32, row: int, line: F32, at: int) -> np.float32:
    """Row times line[at:], in eight sums of fixed order: vectors for the processor, the same bits for any cut."""
    zero = np.float32(0.0)
    a, b, c, d, e, f, g, h = zero, zero, zero, zero, zero, zero, zero, zero
    for j in range(0, table.shape[1], 8):
        k = at + j
        a += table[row, j] * line[k]
        b += table[row, j + 1] * line[k + 1]
        c += table[row, j + 2] * line[k + 2]
        d += table[row, j + 3] * line[k + 3]
        e += table[row, j + 4] * line[k + 4]
        f += table[row, j + 5] * line[k + 5]
        g += table[row, j + 6] * line[k + 6]
        h += table[row, j + 7] * line[k + 7]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@njit(types.void(_F32_IN, int64, int64, int64, int64, _F32_IN_2D, _F32), nogil=True, cache=True)
def polyphase(line: F32, base: int, first: int, up: int, down: int, table: F32, out: F32) -> None:
    """Outputs `first`, `first + 1`, ... of a rational resampler: output m lies at input index m * down / up.

    line: float32 (n,), inputs from absolute index `base` on; holds every input that the outputs need.
    table: float32 (phases + 1, 2 half), the filter at input offsets -half + 1 .. half seen from each phase; between
    two phases the output is interpolated. 2 half is a multiple of 8.
    """
    phases, taps = table.shape[0] - 1, table.shape[1]
    for i in range(out.size):
        position = (first + i) * down
        whole = position // up
        fine = (position - whole * up) * phases
        phase = fine // up
        at = whole - taps // 2 + 1 - base
        value = _dot8(table, phase, line, at)
        rest = fine - phase * up
        if rest > 0:
            share = np.float32(rest / up)
            value += share * (_dot8(table, phase + 1, line, at) - value)
        out[i] = value


@njit(int64(_F32_IN, _F64_IN_2D, _F64_2D, int64, _F32), nogil=True, cache=True)
def biquads(samples: F32, sections: F64, state: F64, count: int, out: F32) -> int:
    """A cascade of biquads, transposed direct form II, in float64; returns `count` + len(samples).

    sections: float64 (n, 6). state: float64 (n, 2), changed in place. count: samples filtered since the last reset.
    A sample that is not finite counts as 0. Every 256 samples of the stream, wherever it was cut, a state that has
    died away is set to 0: after long silence it would be denormal, and a hundred times slower.
    """
    for i in range(samples.size):
        x = float(samples[i])
        if not math.isfinite(x):
            x = 0.0
        for s in range(sections.shape[0]):
            y = sections[s, 0] * x + state[s, 0]
            state[s, 0] = sections[s, 1] * x - sections[s, 4] * y + state[s, 1]
            state[s, 1] = sections[s, 2] * x - sections[s, 5] * y
            x = y
        out[i] = x
        count += 1
        if count & 255 == 0:
            for s in range(sections.shape[0]):
                for j in range(2):
                    if abs(state[s, j]) < 1e-30:
                        state[s, j] = 0.0
    return count


@njit(int64(_F32_IN, _F64, float64, int64, int64, int64, _F32), nogil=True, cache=True)
def energy(samples: F32, level: F64, decay: float, count: int, rate: int, wanted: int, out: F32) -> int:
    """Root of the exponentially smoothed energy, sampled `wanted` times a second; returns `count` + len(samples).

    level: float64 (1,), the smoothed energy, changed in place. decay: what a sample leaves of it.
    count: samples since the last reset. A sample that is not finite counts as 0.
    """
    emitted = 0
    due = -(-(count * wanted // rate + 1) * rate // wanted)
    for i in range(samples.size):
        x = float(samples[i])
        if not math.isfinite(x):
            x = 0.0
        level[0] = decay * level[0] + (1.0 - decay) * x * x
        if level[0] < 1e-30:
            level[0] = 0.0
        count += 1
        if count == due:
            due = -(-(count * wanted // rate + 1) * rate // wanted)
            out[emitted] = math.sqrt(level[0])
            emitted += 1
    return count


@njit(int64(_F32_IN, int64, int64, int64, int64, _F64_IN, _F64, _F32), nogil=True, cache=True)
def stretch_frame(
    line: F32, natural: int, nominal: int, before: int, after: int, window: F64, overlap: F64, out: F32
) -> int:
    """Lays the next frame of a WSOLA on; returns where in `line` it was taken.

    natural: where the last frame would go on. The frame is taken where, from `before` samples ahead of `nominal` to
    `after` behind it, its first half is most like that (normalised cross-correlation; nearest to `nominal` among equals).
    window: float64 (2 n,). overlap: float64 (n,), the last frame's second half, windowed; changed in place. out: float32
    (n,), written.
    """
    half = overlap.size
    best, taken = -1.0, nominal
    for k in range(2 * max(before, after) + 1):
        shift = (k + 1) // 2 if k % 2 else -(k // 2)
        if shift < -before or shift > after:
            continue
        at = nominal + shift
        alike, energy = 0.0, 1e-12
        for j in range(half):
            alike += line[natural + j] * line[at + j]
            energy += line[at + j] * line[at + j]
        likeness = alike / math.sqrt(energy)
        if likeness > best + 1e-9:
            best, taken = likeness, at
    for j in range(half):
        out[j] = overlap[j] + window[j] * line[taken + j]
        overlap[j] = window[half + j] * line[taken + half + j]
    return taken
