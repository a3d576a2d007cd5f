"""Butterworth filters as second-order sections, designed in numpy: no scipy where a person listens."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from stetho.errors import ConfigError

F64 = npt.NDArray[np.float64]
C128 = npt.NDArray[np.complex128]


@lru_cache(maxsize=32)
def butter_bandpass(order: int, low_hz: float, high_hz: float, rate_hz: int) -> F64:
    """A Butterworth band-pass of `order` biquads, float64 (order, 6) as b0 b1 b2 a0 a1 a2, read-only.

    The digital filter of `scipy.signal.butter(order, (low_hz, high_hz), "bandpass", fs=rate_hz)`: analogue prototype,
    low-pass to band-pass, bilinear with prewarped edges (Oppenheim & Schafer 7.1). Here each section has one zero at
    0 Hz and one at half the rate, so each is a band-pass and none amplifies a constant. Raises ConfigError.
    """
    if order < 1 or not 0.0 < low_hz < high_hz < rate_hz / 2:
        raise ConfigError(
            f"A band of {low_hz:g} to {high_hz:g} Hz can't be cut from {rate_hz} Hz; choose edges between 0 and "
            f"{rate_hz / 2:g} Hz."
        )
    low, high = 2.0 * np.tan(np.pi * np.array([low_hz, high_hz]) / rate_hz)
    angles = np.pi * (2.0 * np.arange(order) + 1.0 + order) / (2.0 * order)
    middle = 0.5 * (high - low) * np.exp(1j * angles)
    spread = np.sqrt(middle * middle - low * high)
    analogue: C128 = np.concatenate((middle + spread, middle - spread))
    poles: C128 = (2.0 + analogue) / (2.0 - analogue)
    sections = np.zeros((order, 6))
    sections[:, 0], sections[:, 2], sections[:, 3] = 1.0, -1.0, 1.0
    sections[:, 4:] = _pairs(poles)
    sections[:, [0, 2]] *= _peak_gains(sections, low_hz, high_hz, rate_hz)[:, None]
    sections.flags.writeable = False
    return sections


@lru_cache(maxsize=32)
def butter_highpass(order: int, low_hz: float, rate_hz: int) -> F64:
    """A Butterworth high-pass of an even `order`, float64 (order / 2, 6) as b0 b1 b2 a0 a1 a2, read-only.

    The digital filter of `scipy.signal.butter(order, low_hz, "highpass", fs=rate_hz)`; each section has its two zeros
    at 0 Hz and passes half the rate as it is. Raises ConfigError.
    """
    if order < 2 or order % 2 or not 0.0 < low_hz < rate_hz / 2:
        raise ConfigError(
            f"A high-pass of order {order} from {low_hz:g} Hz can't be made at {rate_hz} Hz; choose an even order and an "
            f"edge below {rate_hz / 2:g} Hz."
        )
    angles = np.pi * (2.0 * np.arange(order // 2) + 1.0 + order) / (2.0 * order)
    analogue: C128 = 2.0 * np.tan(np.pi * low_hz / rate_hz) / np.exp(1j * angles)
    poles: C128 = (2.0 + analogue) / (2.0 - analogue)
    sections = np.zeros((order // 2, 6))
    sections[:, :4] = 1.0, -2.0, 1.0, 1.0
    sections[:, 4:] = sorted(((-2.0 * p.real, abs(p) ** 2) for p in poles), key=lambda pair: pair[1])
    sections[:, :3] *= ((1.0 - sections[:, 4] + sections[:, 5]) / 4.0)[:, None]
    sections.flags.writeable = False
    return sections


def _pairs(poles: C128) -> F64:
    """a1, a2 of each section: conjugate pairs, and real poles two by two; those nearest the unit circle come last."""
    upper = poles[poles.imag > 1e-12]
    real = np.sort(poles[np.abs(poles.imag) <= 1e-12].real)
    pairs = [(-2.0 * p.real, abs(p) ** 2) for p in upper] + [
        (-(a + b), a * b) for a, b in zip(real[::2], real[1::2], strict=True)
    ]
    return np.array(sorted(pairs, key=lambda pair: pair[1]))


def _peak_gains(sections: F64, low_hz: float, high_hz: float, rate_hz: int) -> F64:
    """Gains that bring each section to 1 at the band's centre (the warped geometric mean), where the whole is 1."""
    low, high = np.tan(np.pi * np.array([low_hz, high_hz]) / rate_hz)
    z = np.exp(-2j * np.arctan(np.sqrt(low * high)))
    b0, b1, b2, _, a1, a2 = sections.T
    return 1.0 / np.abs((b0 + b1 * z + b2 * z * z) / (1.0 + a1 * z + a2 * z * z))


def steady_state(sections: F64) -> F64:
    """The delays of a cascade that has seen the constant 1 for ever, float64 (order, 2): `scipy.signal.sosfilt_zi`."""
    state = np.zeros((len(sections), 2))
    level = 1.0
    for delays, (b0, b1, b2, _, a1, a2) in zip(state, sections, strict=True):
        out = level * (b0 + b1 + b2) / (1.0 + a1 + a2)
        delays[1] = b2 * level - a2 * out
        delays[0] = b1 * level - a1 * out + delays[1]
        level = out
    return state
