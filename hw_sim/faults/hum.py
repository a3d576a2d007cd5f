"""The mains in the signal."""

import numpy as np

from hw_sim.faults.timed import Timed
from hw_sim.heart.exact import gain_of_db, sine_of_turns
from hw_sim.sound import Pcm

_HARMONICS = ((1, 1.0), (2, 0.3), (3, 0.5))
"""Mains hum through a microphone's cable: the odd harmonics of a rectifier's charging current stand out."""


class Hum(Timed):
    """From `at_us` on, for `for_us`, mains hum of `hz` at a peak of about `level_db` of full scale is added."""

    def __init__(self, at_us: int, for_us: int, hz: int, level_db: float) -> None:
        super().__init__(at_us, for_us)
        self._hz = hz
        self._level = 32767.0 * gain_of_db(level_db)

    def heard(self, pcm: Pcm, first: int, rate_hz: int) -> Pcm:
        span = self.window.span(rate_hz)
        start, stop = max(span.start - first, 0), min(max(span.stop - first, 0), len(pcm))
        if start >= stop:
            return pcm
        turns = np.arange(first + start, first + stop, dtype=np.int64) * self._hz % rate_hz / rate_hz
        wave = np.zeros(stop - start)
        for harmonic, share in _HARMONICS:
            wave += sine_of_turns(turns * harmonic) * share
        humming = pcm.copy()
        sum_ = np.floor(pcm[start:stop] + wave * self._level + 0.5)
        humming[start:stop] = np.clip(sum_, -32768.0, 32767.0).astype(np.int16)
        return humming
