"""What a room, a gain and another chest piece do to a recording: all on the waveform, at 2 kHz, as 16-bit samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.fft import next_fast_len, rfft
from scipy.signal import fftconvolve, firwin2

from stetho.dsp.mel import FMAX_HZ, FMIN_HZ, RATE_HZ

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

FADE_S = 0.05
TAPS = 257
SILENCE = 1e-20  # power below which there is nothing to make louder

# Gains in dB at frequencies in Hz, straight lines of gain between them. The numbers are made, the shapes are not: acoustic
# stethoscopes attenuate more the higher the frequency, with maxima from resonances of the tubing (Abella et al., J.
# Acoust. Soc. Am. 91:2224, 1992; Grenier et al., Am. J. Cardiol. 81:653, 1998).
TUBE: Sequence[tuple[float, float]] = (
    (0.0, -6.0), (40.0, 0.0), (120.0, 0.0), (210.0, 5.0), (300.0, 0.0), (500.0, -6.0), (700.0, -18.0), (1000.0, -36.0),
)  # fmt: skip
# A contact sensor follows velocity or acceleration rather than displacement, and its capacitance into an amplifier is a
# high-pass: 6 dB an octave from 40 to 640 Hz. Made.
CONTACT: Sequence[tuple[float, float]] = (
    (0.0, -18.0), (20.0, -18.0), (40.0, -12.0), (80.0, -6.0), (160.0, 0.0), (320.0, 6.0), (640.0, 12.0), (1000.0, 12.0),
)  # fmt: skip


def as_16_bit(samples: npt.NDArray[np.floating]) -> Float32:
    """What a converter of 16 bits makes of it: rounded, and cut off at full scale."""
    pcm = np.asarray(samples, np.float32) * np.float32(32768.0)  # a power of two: nothing is rounded yet
    np.clip(np.round(pcm, out=pcm), -32768.0, 32767.0, out=pcm)
    return np.asarray(pcm / np.float32(32768.0), np.float32)


def band_power(samples: npt.NDArray[np.floating]) -> float:
    """Mean power between 25 and 800 Hz, where the network listens: an offset or a rumble below is no loudness."""
    length = next_fast_len(len(samples), real=True)
    spectrum = rfft(np.asarray(samples, np.float64), length)
    hz_a_bin = RATE_HZ / length
    band = spectrum[int(np.ceil(FMIN_HZ / hz_a_bin)) : int(FMAX_HZ / hz_a_bin) + 1]
    return float(2.0 * np.vdot(band, band).real / (length * len(samples)))


def as_loud_as(noise: Float32, samples: Float32) -> Float32:
    """The noise at the recording's own mean power (25-800 Hz)."""
    gain = np.sqrt(band_power(samples) / max(band_power(noise), SILENCE))
    return (gain * noise).astype(np.float32)


def with_noise(samples: Float32, noise: Float32, snr_db: float) -> Float32:
    """The recording with a noise that was as loud and as long under it, ``snr_db`` lower."""
    return as_16_bit(samples + noise * np.float32(10.0 ** (-snr_db / 20.0)))


def with_gain(samples: Float32, gain_db: float) -> Float32:
    """Louder or quieter before the converter: what is too loud is cut off, what is too quiet loses its last bits."""
    return as_16_bit(samples.astype(np.float64) * 10.0 ** (gain_db / 20.0))


def response(points: Sequence[tuple[float, float]]) -> Float64:
    """A linear-phase filter with those gains, ``(TAPS,)``."""
    hz = np.linspace(0.0, RATE_HZ / 2.0, 513)
    gain_db = np.interp(hz, [at for at, _ in points], [gain for _, gain in points])
    return np.asarray(firwin2(TAPS, hz, 10.0 ** (gain_db / 20.0), fs=RATE_HZ))


def with_response(samples: Float32, taps: Float64) -> Float32:
    """As another chest piece hears it, at the same loudness (25-800 Hz): how loud it is, is another question."""
    filtered = fftconvolve(samples.astype(np.float64), taps, "same")
    gain = np.sqrt(band_power(samples) / max(band_power(filtered), SILENCE))
    return as_16_bit(gain * filtered)


def half(samples: Float32, number: int) -> Float32:
    """The first (0) or the second (1) half."""
    middle = len(samples) // 2
    return samples[middle:] if number else samples[:middle]


def equally_loud(clip: Float32) -> Float32:
    """A clip of noise without its offset, at a mean power of 1 between 25 and 800 Hz, faded in and out."""
    steady = clip.astype(np.float64) - float(clip.mean())
    length = min(int(FADE_S * RATE_HZ), len(clip) // 2)
    shape = np.ones(len(clip))
    shape[:length] = np.sin(0.5 * np.pi * (np.arange(length) + 0.5) / length)
    shape[len(clip) - length :] = shape[:length][::-1]
    return (shape * steady / np.sqrt(max(band_power(steady), SILENCE))).astype(np.float32)


def strung(clips: Sequence[Float32], count: int, generator: np.random.Generator) -> Float32:
    """``count`` samples of noise: clips drawn one after the other, the first entered anywhere."""
    first = clips[int(generator.integers(len(clips)))]
    pieces = [first[int(generator.integers(len(first))) :]]
    while (missing := count - sum(map(len, pieces))) > 0:
        pieces.append(clips[int(generator.integers(len(clips)))][:missing])
    return np.asarray(np.concatenate(pieces)[:count], np.float32)
