"""How much a few seconds of sound resemble a heart: plain figures, measured on bins of 20 ms."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

BINS_HZ = 50
STEP_BINS = 25
MEMORY_BINS = 200
LINES_HZ = (50.0, 60.0)
LINE_STEPS = 4
COLUMNS = 4 + 2 * len(LINES_HZ)

_SHORTEST_LAG = round(BINS_HZ * 60 / 220)
_LONGEST_LAG = round(BINS_HZ * 60 / 30)
_TINY = 1e-20


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was measured up to now; over the last 4 s (or what there is), and over the last half second where it says so.

    periodicity: highest autocorrelation of the heart band's envelope between 30 and 220 bpm; None below 3 s.
    modulation: (p90 - p20) / (p90 + p20) of that envelope: 0 for steady sound, near 1 for beats in silence.
    heart_share: share of the energy (25-800 Hz) that lies in the heart's band (25-120 Hz).
    level_db, heart_level_db: level of the whole and of the heart's band, dB of full scale.
    line_share: share of the heart band's energy that is a steady line at 50 or 60 Hz, over the last 2 s.
    clipped_share, broken: samples at full scale (share) and samples that are no numbers, in the last half second.
    """

    seconds: float
    periodicity: float | None
    modulation: float
    heart_share: float
    level_db: float
    heart_level_db: float
    line_share: float
    clipped_share: float
    broken: bool


def measure(bins: F64, rate_hz: int) -> Likeness:
    """Of bins as the kernel gives them, float64 (n, 8), n a multiple of 25, newest last, at most 200."""
    per_bin = rate_hz / BINS_HZ
    heart, whole = float(bins[:, 0].mean()), float(bins[:, 1].mean())
    step = bins[-STEP_BINS:]
    outline = _outline(bins[:, 0])
    low, high = np.quantile(outline, (0.2, 0.9))
    seconds = len(bins) / BINS_HZ
    return Likeness(
        seconds=seconds,
        periodicity=_periodicity(np.minimum(outline, high)) if seconds >= 3.0 else None,
        modulation=float((high - low) / (high + low + _TINY)),
        heart_share=min(1.0, heart / (whole + _TINY)),
        level_db=_decibels(whole / per_bin),
        heart_level_db=_decibels(heart / per_bin),
        line_share=_line_share(bins[-LINE_STEPS * STEP_BINS :], per_bin),
        clipped_share=float(step[:, 2].sum() / (STEP_BINS * per_bin)),
        broken=bool(step[:, 3].any()),
    )


def _decibels(energy: float) -> float:
    return float(10.0 * np.log10(energy + _TINY))


def _outline(energies: F64) -> F64:
    """The envelope, averaged over 60 ms: a beat's sounds have one hump each."""
    root = np.sqrt(energies)
    return np.convolve(root, (1 / 3, 1 / 3, 1 / 3), "same")


def _periodicity(outline: F64) -> float:
    """The highest autocorrelation, each lag divided by its overlap.

    The caller cuts the envelope at its 90th percentile: one bump of the chest piece doesn't hide four good beats.
    """
    n = outline.size
    centred = outline - outline.mean()
    longest = min(_LONGEST_LAG, n // 2)
    power = np.abs(np.fft.rfft(centred, 2 * n)) ** 2
    match = np.fft.irfft(power)[: longest + 1] / (n - np.arange(longest + 1))
    return float(match[_SHORTEST_LAG:].max() / match[0]) if match[0] > _TINY * _TINY else 0.0


def _line_share(bins: F64, per_bin: float) -> float:
    """The stronger line's share: its energy is 2 |sum x e^jwt|^2 / N over each half second of N samples."""
    steps = bins.reshape(-1, STEP_BINS, COLUMNS).sum(axis=1)
    squared = (steps[:, 4:] ** 2).sum(axis=0)
    line = 2.0 * (squared[0::2] + squared[1::2]) / (STEP_BINS * per_bin)
    return float(min(1.0, line.max() / (steps[:, 0].sum() + _TINY)))
