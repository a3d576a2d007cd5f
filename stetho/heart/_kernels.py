"""The compiled inner loops of beats and quality. Imported in `prepare` or on first use, never at module level elsewhere."""

import math

import numpy as np
import numpy.typing as npt
from numba import boolean, int64, njit, types

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_F32_IN = types.Array(types.float32, 1, "C", readonly=True)
_F64_IN = types.Array(types.float64, 1, "C", readonly=True)
_F64_IN_2D = types.Array(types.float64, 2, "C", readonly=True)
_F64_IN_3D = types.Array(types.float64, 3, "C", readonly=True)
_F64 = types.float64[::1]
_F64_2D = types.float64[:, ::1]
_F64_3D = types.float64[:, :, ::1]
_I64_IN = types.Array(types.int64, 1, "C", readonly=True)
_U8 = types.uint8[::1]

_NEVER = -1e300


@njit(boolean(_F64_IN_2D, _F64_IN_2D, _F64_IN_2D, _I64_IN, _U8), nogil=True, cache=True)
def segment_viterbi(cumulative: F64, lasting: F64, cut: F64, longest: I64, states: U8) -> bool:
    """The likeliest cyclic sequence of four states with explicit durations (Viterbi of a hidden semi-Markov model).

    cumulative: float64 (4, T + 1), running sums of the log-probabilities.
    lasting, cut: float64 (4, D + 1), log-probability that a state lasts d frames; that it lasts at least d (at an edge).
    longest: int64 (4,), the longest duration of each state in frames.
    states: uint8 (T,), written. Returns whether there is any sequence at all.
    """
    frames = cumulative.shape[1] - 1
    score = np.full((frames + 1, 4), _NEVER)
    length = np.zeros((frames + 1, 4), np.int32)
    for t in range(1, frames + 1):
        last = t == frames
        for s in range(4):
            before = (s + 3) % 4
            best, taken = _NEVER, 0
            for d in range(1, min(longest[s], t - 1) + 1):
                chance = cut[s, d] if last else lasting[s, d]
                value = score[t - d, before] + chance - cumulative[s, t - d]
                if value > best:
                    best, taken = value, d
            if t <= longest[s] and cut[s, t] > best:
                best, taken = cut[s, t], t
            score[t, s] = best + cumulative[s, t]
            length[t, s] = taken
    s = int(np.argmax(score[frames]))
    if score[frames, s] <= 0.5 * _NEVER:
        return False
    t = frames
    while t > 0:
        d = length[t, s]
        states[t - d : t] = s
        t -= d
        s = (s + 3) % 4
    return True


@njit(types.float64(types.float64, _F64_IN_2D, _F64_2D), nogil=True, cache=True)
def _cascade(x: float, sections: F64, delays: F64) -> float:
    """One sample through a cascade of biquads, transposed direct form II."""
    for s in range(sections.shape[0]):
        y = sections[s, 0] * x + delays[s, 0]
        delays[s, 0] = sections[s, 1] * x - sections[s, 4] * y + delays[s, 1]
        delays[s, 1] = sections[s, 2] * x - sections[s, 5] * y
        x = y
    return x


@njit(int64(_F32_IN, _F64_IN_3D, _F64_3D, _F64_IN, _F64_2D, _F64, int64, int64, int64, _F64_2D), nogil=True, cache=True)
def quality_bins(
    samples: F32,
    bands: F64,
    delays: F64,
    lines_hz: F64,
    phasors: F64,
    sums: F64,
    count: int,
    rate: int,
    wanted: int,
    bins: F64,
) -> int:
    """Measures a stream in `wanted` bins a second; returns `count` + len(samples).

    bands: float64 (2, n, 6), the biquads of the heart's band and of the whole band. lines_hz: float64 (l,), mains lines.
    delays: float64 (2, n, 2), phasors: float64 (l, 2), sums: float64 (4 + 2 l,): state, changed in place.
    count: samples since the last reset.
    bins: float64 (k, 4 + 2 l), written for each finished bin: energy of the heart's band, energy of the whole band,
    samples at full scale, samples that are not finite (they count as 0), and real and imaginary part of the heart's
    band against each line; all of them sums over the bin's samples.
    """
    lines = lines_hz.size
    turns = np.empty((lines, 2))
    for k in range(lines):
        step = 2.0 * math.pi * lines_hz[k] / rate
        turns[k, 0], turns[k, 1] = math.cos(step), math.sin(step)
    done = 0
    due = -(-(count * wanted // rate + 1) * rate // wanted)
    for i in range(samples.size):
        x = float(samples[i])
        if not math.isfinite(x):
            x = 0.0
            sums[3] += 1.0
        if abs(x) >= 0.998:
            sums[2] += 1.0
        heart = _cascade(x, bands[0], delays[0])
        whole = _cascade(x, bands[1], delays[1])
        sums[0] += heart * heart
        sums[1] += whole * whole
        for k in range(lines):
            re, im = phasors[k, 0], phasors[k, 1]
            sums[4 + 2 * k] += heart * re
            sums[5 + 2 * k] += heart * im
            phasors[k, 0] = re * turns[k, 0] - im * turns[k, 1]
            phasors[k, 1] = re * turns[k, 1] + im * turns[k, 0]
        count += 1
        if count == due:
            due = -(-(count * wanted // rate + 1) * rate // wanted)
            bins[done] = sums
            sums[:] = 0.0
            done += 1
            for k in range(lines):
                # Turned anew from the position, so that rounding never adds up, wherever the stream was cut.
                angle = 2.0 * math.pi * (lines_hz[k] * (count % rate) / rate)
                phasors[k, 0], phasors[k, 1] = math.cos(angle), math.sin(angle)
            for b in range(2):
                for s in range(bands.shape[1]):
                    for j in range(2):
                        if abs(delays[b, s, j]) < 1e-30:
                            delays[b, s, j] = 0.0
    return count
