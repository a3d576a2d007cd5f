"""Spikes of friction and touch, cut out between two zero crossings."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil, exp, pi
from typing import Any

import numpy as np

from stetho.listening.held_back import HeldBack
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, Samples, StreamSpec

LOOK_BACK_S = 0.003
WINDOW_S = 0.5
WINDOWS = 8
TIMES = 3.0
FLOOR = 0.01
BASELINE_HZ = 5.0


class SpikeRemoval:
    """Stage: chunks, chest channel, without spikes; 3 ms late, at the places that they came in with.

    After Schmidt et al. (Physiol. Meas. 31, 2010, 513): what is more than three times as high as the recording's windows
    of 500 ms usually are is laid flat from the zero crossing before it to the one after. There the whole recording is
    known; here the last eight windows are, and 3 ms ahead. So two things differ. The reference is the upper quartile of
    the windows' maxima, not their median: at 30 beats a minute half of the windows hold no heart sound. And a half-wave
    that began more than 3 ms before it grew too high is faded out over these 3 ms instead of cut at its beginning.

    The first 1.5 s pass as they are; after a sudden rise in level it takes as long until it counts as the sound itself.
    Zero means the baseline (below 5 Hz), so that an offset is none. Samples that are not finite count as 0.
    """

    def __init__(self) -> None:
        self._kernel: Callable[..., Any] | None = None
        self._spec: StreamSpec | None = None
        self._held = HeldBack(0)
        self._slow = 0.0
        self._window = 1
        self._count = 0

    @property
    def look_ahead_s(self) -> float:
        """By how much the output is late; known once prepared."""
        return 0.0 if self._spec is None else self._held.samples / self._spec.rate_hz

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Loads the compiled kernel."""
        from stetho.listening._kernels import remove_spikes

        self._kernel = remove_spikes
        self._slow = 1.0 - exp(-2.0 * pi * BASELINE_HZ / spec.rate_hz)
        self._window = max(1, round(WINDOW_S * spec.rate_hz))
        self._spec = replace(spec, channels=(CHEST,))
        self._held = HeldBack(max(1, ceil(LOOK_BACK_S * spec.rate_hz)))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives what became known, 3 ms behind."""
        if self._spec is None:
            raise RuntimeError("SpikeRemoval.process() was called before prepare()")
        require_rate(item, self._spec.rate_hz)
        if not len(item):
            return ()
        if not self._held.begun:
            self._levels[0] = item.chest[0] if np.isfinite(item.chest[0]) else 0.0
        self._held.take(item)
        return self._remove(item.chest, self._spec)

    def flush(self) -> Iterable[Chunk]:
        """Gives the last 3 ms."""
        if self._spec is None or not self._held.begun:
            return ()
        return self._remove(self._held.tail, self._spec)

    def _remove(self, samples: Samples, spec: StreamSpec) -> tuple[Chunk, ...]:
        out = np.empty((1, samples.size), dtype=np.float32)
        if self._kernel is not None:
            self._count = self._kernel(
                samples,
                self._slow,
                self._window,
                TIMES,
                FLOOR,
                self._line,
                self._levels,
                self._maxima,
                self._marks,
                self._count,
                out[0],
            )
        return self._held.give(out, spec)

    def reset(self, reason: str) -> None:
        """Starts again; what usually is must be learnt anew."""
        self._held.clear()
        self._count = 0
        self._line = np.zeros((2, max(1, self._held.samples)))
        self._levels = np.zeros(3)
        self._maxima = np.zeros(WINDOWS)
        self._marks = np.zeros(2, dtype=np.int64)
