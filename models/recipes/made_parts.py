"""What made sounds are put together from: noise, bands of it, places in time, and a level."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Generator = np.random.Generator

RATE_HZ = 4000
SECONDS = 12
COUNT = RATE_HZ * SECONDS


def at_level(sound: Float64, generator: Generator, quietest_db: float = -50.0, loudest_db: float = -12.0) -> Float64:
    """The sound at a random level (dB of full scale, root mean square), never clipped."""
    rms = float(np.sqrt(np.mean(sound**2))) or 1.0
    wanted = 10.0 ** (generator.uniform(quietest_db, loudest_db) / 20.0)
    return sound * min(wanted / rms, 0.95 / float(np.abs(sound).max() or 1.0))


def noise(slope_db: float, generator: Generator, count: int = COUNT) -> Float64:
    """Noise whose power falls by ``slope_db`` an octave above 15 Hz."""
    spectrum = np.fft.rfft(generator.standard_normal(count))
    hz = np.maximum(np.fft.rfftfreq(count, 1.0 / RATE_HZ), 15.0)
    return np.asarray(np.fft.irfft(spectrum * (hz / 100.0) ** (-slope_db / 6.02), count))


def band(sound: Float64, low_hz: float, high_hz: float, order: int = 2) -> Float64:
    return np.asarray(sosfilt(butter(order, (low_hz, high_hz), "band", fs=RATE_HZ, output="sos"), sound))


def place(out: Float64, at_s: float, sound: Float64) -> None:
    """Adds a sound where it begins; what reaches past the end is left out."""
    start = int(at_s * RATE_HZ)
    stop = min(len(out), start + len(sound))
    if 0 <= start < stop:
        out[start:stop] += sound[: stop - start]


def seconds(length_s: float) -> Float64:
    """The times of the samples of a sound of that length."""
    return np.arange(int(length_s * RATE_HZ)) / RATE_HZ
