"""Noise in a band: hashed white noise through second-order sections, streamed."""

import numpy as np
import numpy.typing as npt

from hw_sim.heart.draw import stream_seed
from hw_sim.heart.exact import cosine_of_turns, sine_of_turns

Array = npt.NDArray[np.float64]


def band_pass(rate_hz: int, centre_hz: float, q: float) -> Array:
    """One section (b0 b1 b2 a1 a2) with gain 1 at its centre (Bristow-Johnson, "Audio EQ Cookbook")."""
    centre_hz = min(centre_hz, 0.4 * rate_hz)
    sine, cosine = float(sine_of_turns(centre_hz / rate_hz)), float(cosine_of_turns(centre_hz / rate_hz))
    alpha = sine / (2.0 * q)
    return np.array([alpha, 0.0, -alpha, -2.0 * cosine, 1.0 - alpha]) / (1.0 + alpha)


def low_pass(rate_hz: int, edge_hz: float, q: float = 0.7071067811865476) -> Array:
    """One low-pass section (b0 b1 b2 a1 a2), from the same source."""
    edge_hz = min(edge_hz, 0.4 * rate_hz)
    sine, cosine = float(sine_of_turns(edge_hz / rate_hz)), float(cosine_of_turns(edge_hz / rate_hz))
    alpha = sine / (2.0 * q)
    half = (1.0 - cosine) / 2.0
    return np.array([half, 1.0 - cosine, half, -2.0 * cosine, 1.0 - alpha]) / (1.0 + alpha)


class BandNoise:
    """An endless stream of noise through a cascade, RMS 1; sample i is the same however it is read."""

    def __init__(self, seed: int, name: str, sections: list[Array]) -> None:
        from hw_sim.heart import _kernels

        self._kernels = _kernels
        self._seed = stream_seed(seed, name)
        self._sections = np.ascontiguousarray(np.array(sections))
        self._state = np.zeros((len(sections), 2))
        self._next = 0
        self._gain = 1.0 / _impulse_rms(self._sections)

    def read(self, count: int) -> Array:
        """The next samples, float64 (count,)."""
        out = np.empty(count)
        self._kernels.noise(self._seed, self._next, out)
        self._kernels.filter_in_place(self._sections, self._state, out)
        self._next += count
        return out * self._gain


def _impulse_rms(sections: Array) -> float:
    """What a cascade makes of white noise of variance 1: the root of its impulse response's energy."""
    from hw_sim.heart import _kernels

    response = np.zeros(4096)
    response[0] = 1.0
    _kernels.filter_in_place(sections, np.zeros((len(sections), 2)), response)
    energy = 0.0
    for sample in response.tolist():
        energy += sample * sample
    return float(np.sqrt(energy))
