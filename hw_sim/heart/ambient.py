"""What a stethoscope hears beside the heart: room, lungs, the chest piece's own rub, and its electronics."""

import numpy as np
import numpy.typing as npt

from hw_sim.heart.band import BandNoise, band_pass, low_pass
from hw_sim.heart.draw import Draw
from hw_sim.heart.exact import gain_of_db, sine_of_turns
from hw_sim.heart.settings import HeartSettings

Array = npt.NDArray[np.float64]


class Ambient:
    """Renders the surroundings, block after block of any length, in units of S1's level."""

    def __init__(self, settings: HeartSettings) -> None:
        around, seed, rate = settings.surroundings, settings.seed, settings.rate_hz
        self._settings = settings
        # A room through a chest piece falls by about 3 dB an octave: three bands, an octave and a half apart.
        self._room = [
            (BandNoise(seed, f"room {hz:.0f}", [band_pass(rate, hz, 0.45)]), gain_of_db(around.room_db + tilt_db))
            for hz, tilt_db in ((35.0, -2.5), (140.0, -6.0), (500.0, -6.5))
            if around.room_db is not None
        ]
        # Vesicular breath sounds: 100-600 Hz, falling off above (Pasterkamp et al., AJRCCM 1997).
        self._lungs = BandNoise(seed, "lungs", [band_pass(rate, 180.0, 0.6), low_pass(rate, 500.0)])
        self._lungs_gain = 0.0 if around.lungs_db is None else gain_of_db(around.lungs_db)
        self._device = BandNoise(seed, "device", [low_pass(rate, 0.4 * rate)])
        self._device_gain = 0.0 if around.device_db is None else gain_of_db(around.device_db)
        self._rub = Rub(settings)
        self._next = 0

    def add(self, out: Array) -> None:
        """Adds the next `len(out)` samples of the surroundings."""
        count = len(out)
        for noise, gain in self._room:
            out += noise.read(count) * gain
        if self._lungs_gain:
            out += self._lungs.read(count) * self._breathing(count) * self._lungs_gain
        if self._device_gain:
            out += self._device.read(count) * self._device_gain
        self._rub.add(out)
        self._next += count

    def _breathing(self, count: int) -> Array:
        """Air flow, 0..1: inspiration full, expiration a third of it."""
        index = np.arange(self._next, self._next + count)
        wave = sine_of_turns(index / self._settings.rate_hz * self._settings.breaths_per_minute / 60.0)
        return np.where(wave > 0.0, wave, wave * wave * 0.35)


class Rub:
    """Short, dull knocks and scrapes of the chest piece: at most one in each second, by chance."""

    def __init__(self, settings: HeartSettings) -> None:
        self._settings = settings
        self._noise = BandNoise(settings.seed, "rub", [band_pass(settings.rate_hz, 70.0, 0.5)])
        self._next = 0

    def add(self, out: Array) -> None:
        """Adds the next `len(out)` samples."""
        around, rate = self._settings.surroundings, self._settings.rate_hz
        start, self._next = self._next, self._next + len(out)
        if not around.rub_per_minute:
            return
        noise = self._noise.read(len(out))
        for second in range(start // rate, (self._next - 1) // rate + 1):
            draw = Draw.of(self._settings.seed, "rub", second)
            if draw.unit() >= around.rub_per_minute / 60.0:
                continue
            length = int(draw.between(0.05, 0.35) * rate)
            begin = second * rate + int(draw.unit() * (rate - length))
            gain = gain_of_db(around.rub_db) * draw.gain(3.0)
            first, last = max(begin, start), min(begin + length, self._next)
            if first < last:
                at = (np.arange(first, last) - begin) / length
                out[first - start : last - start] += noise[first - start : last - start] * 4.0 * at * (1.0 - at) * gain
