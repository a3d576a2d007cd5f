"""A chest piece that is taken off the chest and laid on again."""

from collections.abc import Sequence

import numpy as np

from hw_sim.faults.fault import Handled
from hw_sim.faults.timed import Timed
from hw_sim.heart.draw import stream_seed
from hw_sim.sound import Pcm

_AIR_LEVEL = 20.0
"""The standard deviation of what a microphone in the air hears, in 16-bit steps: its own noise, -64 dB."""


class LiftOff(Timed):
    """From `at_us` on, for `for_us`, the chest piece hangs in the air: contact off, and faint noise; then on again.

    site: where it is laid on again; None is where it lay.
    """

    def __init__(self, at_us: int, for_us: int, seed: int, site: str | None = None) -> None:
        super().__init__(at_us, for_us)
        self._site = site
        self._seed = stream_seed(seed, "air")

    def heard(self, pcm: Pcm, first: int, rate_hz: int) -> Pcm:
        from hw_sim.heart._kernels import noise

        span = self.window.span(rate_hz)
        start, stop = max(span.start - first, 0), min(max(span.stop - first, 0), len(pcm))
        if start >= stop:
            return pcm
        air = np.empty(stop - start)
        noise(self._seed, first + start, air)
        off = pcm.copy()
        off[start:stop] = np.floor(air * _AIR_LEVEL + 0.5).astype(np.int16)
        return off

    def handled(self, rate_hz: int) -> Sequence[Handled]:
        span = self.window.span(rate_hz)
        return Handled(span.start, touching=False), Handled(span.stop, touching=True, site=self._site)
