"""A signal that is too loud for the converter."""

import numpy as np

from hw_sim.faults.timed import Timed
from hw_sim.heart.exact import gain_of_db
from hw_sim.sound import Pcm


class Clipping(Timed):
    """From `at_us` on, for `for_us`, the sound is `gain_db` louder, and what lies beyond full scale is cut off."""

    def __init__(self, at_us: int, for_us: int, gain_db: float) -> None:
        super().__init__(at_us, for_us)
        self._gain = gain_of_db(gain_db)

    def heard(self, pcm: Pcm, first: int, rate_hz: int) -> Pcm:
        span = self.window.span(rate_hz)
        here = slice(max(span.start - first, 0), max(span.stop - first, 0))
        if not len(pcm[here]):
            return pcm
        loud = pcm.copy()
        loud[here] = np.clip(np.floor(pcm[here] * self._gain + 0.5), -32768.0, 32767.0).astype(np.int16)
        return loud
