"""The compiled inner loops of the hum notch. Imported in `prepare`, never at module level elsewhere.

As in `stetho.dsp._kernels`: eager signatures, read-only contiguous input, no fastmath.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import float64, int64, njit, types

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_F32_IN = types.Array(types.float32, 1, "C", readonly=True)
_F64_IN_2D = types.Array(types.float64, 2, "C", readonly=True)
_F64 = types.float64[::1]
_F64_2D = types.float64[:, ::1]
_F64_3D = types.float64[:, :, ::1]
_I64 = types.int64[::1]
_F32 = types.float32[::1]


@njit(float64(_F64_IN_2D, int64, _F64), nogil=True, cache=True)
def _dot(table: F64, row: int, block: F64) -> float:
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    whole = block.size - block.size % 4
    for j in range(0, whole, 4):
        a += table[row, j] * block[j]
        b += table[row, j + 1] * block[j + 1]
        c += table[row, j + 2] * block[j + 2]
        d += table[row, j + 3] * block[j + 3]
    for j in range(whole, block.size):
        a += table[row, j] * block[j]
    return (a + b) + (c + d)


@njit(types.void(_F64_IN_2D, _F64, _F64_3D, int64, _F64_2D), nogil=True, cache=True)
def _measure_lines(table: F64, block: F64, past: F64, blocks: int, judged: F64) -> None:
    """Adds a full block to what is known of each line, and judges the lines by all of it.

    past: float64 (h, lines, 4): real and imaginary part at the line, power there, power beside it.
    judged: float64 (lines, 4), written: power at the line and beside it in the quietest quarter of the blocks, how
    steadily its phase goes on (0 to 1), and by how much it turns from block to block, in radians.
    """
    kept = past.shape[0]
    at = blocks % kept
    for line in range(past.shape[1]):
        row = 6 * line
        re, im = _dot(table, row, block), _dot(table, row + 1, block)
        beside = 0.0
        for k in range(2, 6):
            part = _dot(table, row + k, block)
            beside += 0.5 * part * part
        past[at, line, 0], past[at, line, 1] = re, im
        past[at, line, 2], past[at, line, 3] = re * re + im * im, beside
    known = min(blocks + 1, kept)
    for line in range(past.shape[1]):
        judged[line, 0] = np.sort(past[:known, line, 2])[known // 4]
        judged[line, 1] = np.sort(past[:known, line, 3])[known // 4]
        re, im = 0.0, 0.0
        for k in range(known - 1):
            new, old = (at - k) % kept, (at - k - 1) % kept
            size = math.sqrt(past[new, line, 2] * past[old, line, 2])
            if size > 0.0:
                re += (past[new, line, 0] * past[old, line, 0] + past[new, line, 1] * past[old, line, 1]) / size
                im += (past[new, line, 1] * past[old, line, 0] - past[new, line, 0] * past[old, line, 1]) / size
        judged[line, 2] = math.sqrt(re * re + im * im) / max(1, known - 1)
        judged[line, 3] = math.atan2(im, re)


@njit(types.void(_F64_IN_2D, _F64_2D, int64, _I64, _F64_2D), nogil=True, cache=True)
def _choose_lines(rules: F64, judged: F64, size: int, found: I64, lines: F64) -> None:
    """Decides which lines are hum, and tunes their oscillators.

    A line is found where it stands 12 dB above what is beside it with a steady phase, and lost below 6 dB. Of the two
    mains the stronger counts, and a harmonic only with its own mains. rules: float64 (lines, 2), radians a sample of the
    line and the index of its mains.
    """
    for line in range(found.size):
        own, beside, steady = judged[line, 0], judged[line, 1], judged[line, 2]
        height = 2.0 * math.sqrt(own) / size
        if found[line] == 0:
            found[line] = own > 16.0 * beside and steady > 0.9 and height > 1e-4
        else:
            found[line] = own > 4.0 * beside and steady > 0.5 and height > 5e-5
        mains = int(rules[line, 1])
        if line == mains and line > 0 and found[line] and found[0]:
            weaker = 0 if judged[line, 0] > judged[0, 0] else line
            found[weaker] = 0
        if found[line]:
            drift = judged[line, 3] / size
            if lines[line, 0] == 0.0 and lines[line, 1] == 0.0:
                lines[line, 2], lines[line, 3] = 1.0, 0.0
            lines[line, 4], lines[line, 5] = math.cos(rules[line, 0] + drift), math.sin(rules[line, 0] + drift)
            lines[line, 6] = 1.5 * height
    for line in range(found.size):
        if not found[int(rules[line, 1])]:
            found[line] = 0
        norm = math.sqrt(lines[line, 2] ** 2 + lines[line, 3] ** 2)
        if norm > 0.0:
            lines[line, 2] /= norm
            lines[line, 3] /= norm


@njit(
    int64(_F32_IN, _F64_IN_2D, _F64_IN_2D, float64, _F64, _F64_3D, _F64_2D, _I64, _F64_2D, int64, _F32),
    nogil=True,
    cache=True,
)
def cancel_hum(
    samples: F32,
    table: F64,
    rules: F64,
    width: float,
    block: F64,
    past: F64,
    judged: F64,
    found: I64,
    lines: F64,
    count: int,
    out: F32,
) -> int:
    """Finds hum a block at a time and takes it away sample by sample; returns `count` + len(samples).

    table: float64 (6 lines, n), cosine and sine of each line and of 5 Hz below and above it, over a block of n samples.
    width: what an oscillator takes of an error. block: float64 (n,), the block that fills. found: int64 (lines,).
    lines: float64 (lines, 7), each oscillator's estimate (cosine, sine), phasor, turn a sample, and bound of an error.
    Where no line is found and none dies away, out is samples, bit for bit.
    """
    size = block.size
    for i in range(samples.size):
        x = float(samples[i])
        if not math.isfinite(x):
            x = 0.0
        hum = 0.0
        for k in range(found.size):
            if found[k] or lines[k, 0] != 0.0 or lines[k, 1] != 0.0:
                re, im = lines[k, 2], lines[k, 3]
                lines[k, 2] = re * lines[k, 4] - im * lines[k, 5]
                lines[k, 3] = re * lines[k, 5] + im * lines[k, 4]
                hum += 2.0 * (lines[k, 0] * lines[k, 2] + lines[k, 1] * lines[k, 3])
        rest = x - hum
        for k in range(found.size):
            if found[k]:
                error = min(lines[k, 6], max(-lines[k, 6], rest))
                lines[k, 0] += width * error * lines[k, 2]
                lines[k, 1] += width * error * lines[k, 3]
            elif lines[k, 0] != 0.0 or lines[k, 1] != 0.0:
                lines[k, 0] *= 1.0 - width
                lines[k, 1] *= 1.0 - width
                if abs(lines[k, 0]) + abs(lines[k, 1]) < 1e-7:
                    lines[k, 0] = lines[k, 1] = 0.0
        out[i] = rest
        block[count % size] = x
        count += 1
        if count % size == 0:
            _measure_lines(table, block, past, count // size - 1, judged)
            if count // size >= 10:
                _choose_lines(rules, judged, size, found, lines)
    return count
