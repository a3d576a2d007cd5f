"""The noise of the surroundings, thinned out by its spectrum where no microphone hears it alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, log2, pi
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.errors import ConfigError
from stetho.listening.held_back import HeldBack
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, Samples, StreamSpec

LOWEST_RATE_HZ = 1000
FRAME_S = 0.032
LOOK_AHEAD_S = 0.003
FLOOR_DB = -12.0
MEMORY_S = 2.0
WINDOWS = 8
SMOOTHING = 0.9
BIAS = 2.8
CONFIDENCE = 0.92

F64 = npt.NDArray[np.float64]


class SpectralDenoiser:
    """Stage: chunks, chest channel, with steady noise up to 12 dB lower; for listening only. Nothing held back.

    The noise in each band of 31 Hz is the least power that its smoothed spectrum had in the last 2 s (minimum
    statistics: Martin, IEEE Trans. Speech Audio Process. 9, 2001), so that neither a heart sound nor a murmur that pauses
    is taken for noise. A murmur that never pauses is, and gets fainter: this is never the way to judge one.
    Gains are Wiener's with a decision-directed a-priori ratio (Ephraim & Malah, IEEE Trans. ASSP 32, 1984). They are not
    put on a spectrum but made into a filter of least phase, through which the samples go (a low-delay filter-bank
    equaliser: Löllmann & Vary, Speech Communication 49, 2007): where it changes nothing, it delays by nothing. Samples
    that are not finite count as 0.
    """

    def __init__(self) -> None:
        self._plan: _Plan | None = None
        self._spec: StreamSpec | None = None
        self._kernel: Callable[..., Any] | None = None
        self._held = HeldBack(0)
        self._count = 0

    @property
    def look_ahead_s(self) -> float:
        """By how much the output is late; known once prepared."""
        return 0.0 if self._spec is None else self._held.samples / self._spec.rate_hz

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Lays out the frames and loads the compiled kernel. Raises ConfigError below 1 kHz."""
        from stetho.listening.noise._kernels import thin_out

        if spec.rate_hz < LOWEST_RATE_HZ:
            raise ConfigError(f"Noise can't be told at {spec.rate_hz} Hz; record at {LOWEST_RATE_HZ} Hz or more.")
        self._kernel = thin_out
        self._held = HeldBack(ceil(LOOK_AHEAD_S * spec.rate_hz))
        self._plan = _plan(spec.rate_hz)
        self._spec = replace(spec, channels=(CHEST,))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives the chunk with less noise."""
        if self._kernel is None or self._spec is None or self._plan is None:
            raise RuntimeError("SpectralDenoiser.process() was called before prepare()")
        require_rate(item, self._spec.rate_hz)
        if not len(item):
            return ()
        self._held.take(item)
        return self._thin_out(item.chest, self._plan, self._spec)

    def flush(self) -> Iterable[Chunk]:
        """Gives the last 3 ms."""
        if self._plan is None or self._spec is None or not self._held.begun:
            return ()
        return self._thin_out(self._held.tail, self._plan, self._spec)

    def _thin_out(self, samples: Samples, plan: "_Plan", spec: StreamSpec) -> tuple[Chunk, ...]:
        out = np.empty((1, samples.size), dtype=np.float32)
        if self._kernel is None:
            return ()
        self._count = self._kernel(
            *(samples, plan.window, plan.cosines, plan.sines, plan.order, plan.fold, plan.rules),
            *(plan.hop, plan.lasting, self._held.samples),
            *(self._line, self._filters, self._state, self._minima, self._work),
            *(self._count, out[0]),
        )
        return self._held.give(out, spec)

    def reset(self, reason: str) -> None:
        """Starts again; what the noise is must be learnt anew."""
        self._held.clear()
        self._count = 0
        if self._plan is None:
            return
        size, bins = self._plan.window.size, self._plan.window.size // 2 + 1
        self._line = np.zeros(2 * size, dtype=np.float32)
        self._filters = np.zeros((2, size // 2), dtype=np.float32)
        self._filters[:, -1] = 1.0
        self._state = np.zeros((4, bins))
        self._minima = np.full((WINDOWS, bins), np.inf)
        self._work = np.zeros((6, size))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a rate needs. hop: samples a frame. lasting: frames in each window of the minimum. The rest: `thin_out`."""

    window: F64
    cosines: F64
    sines: F64
    order: npt.NDArray[np.int64]
    fold: F64
    rules: F64
    hop: int
    lasting: int


@lru_cache(maxsize=4)
def _plan(rate_hz: int) -> _Plan:
    size = 1 << max(5, round(log2(FRAME_S * rate_hz)))
    half, hop = size // 2, size // 8
    turns = 2.0 * pi * np.arange(half) / size
    bits = half.bit_length() - 1
    order = np.array([int(f"{i:0{bits}b}"[::-1], 2) for i in range(half)], dtype=np.int64)
    rules = np.array([SMOOTHING, BIAS, CONFIDENCE, 10.0 ** (FLOOR_DB / 20.0)])
    lasting = max(1, round(MEMORY_S / WINDOWS * rate_hz / hop))
    plan = _Plan(_window(size), np.cos(turns), -np.sin(turns), order, _fold(size), rules, hop, lasting)
    for table in (plan.window, plan.cosines, plan.sines, plan.order, plan.fold, plan.rules):
        table.flags.writeable = False
    return plan


def _window(size: int) -> F64:
    """Rises over seven eighths and falls over one: the newest samples count, so that an onset is seen soon."""
    rise, fall = 7 * size // 8, size // 8
    up = np.sin(0.5 * pi * (np.arange(rise) + 0.5) / rise) ** 2
    down = np.cos(0.5 * pi * (np.arange(fall) + 0.5) / fall) ** 2
    window = np.concatenate((up, down))
    return window / np.sqrt(np.sum(window**2))


def _fold(size: int) -> F64:
    """Log gains to the slopes of a cepstrum of least phase, float64 (n / 4 (n / 2 + 8),): see `_minimum_phase`.

    The taper smooths the gains over neighbouring bins.
    """
    half, kept = size // 2, size // 4
    quefrency = np.arange(kept)
    weights = np.cos(2.0 * pi * quefrency[:, None] * np.arange(half + 1) / size)
    weights[:, 1:half] *= 2.0
    taper = np.cos(0.5 * pi * quefrency / kept) ** 2
    weights *= (np.where(quefrency > 0, 2.0 * quefrency, 1.0) * taper)[:, None] / size
    return np.pad(weights, ((0, 0), (0, 7))).ravel()
