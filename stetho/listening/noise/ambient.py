"""The noise of the room, cancelled by a microphone that hears the room alone."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import exp
from typing import Any

import numpy as np

from stetho.errors import ConfigError
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, StreamSpec

AMBIENT = "ambient"
TAPS = 64
STEP = 0.05
LEAST_ENERGY = 1e-6
SETTLE_S = 0.1


class AmbientCanceller:
    """Stage: chunks with a channel `ambient`, to the chest channel without what the room adds; nothing held back.

    Normalised least mean squares (Widrow & Hoff 1960; Nagumo & Noda 1967) with 64 taps: 16 ms at 4 kHz. It learns the
    way from the room's microphone to the chest's while it runs, in about a third of a second, and goes on learning. What
    the room's microphone does not hear, it can't take away: the heart stays. Where that microphone hears nothing, or
    sends what is not finite, the chest passes as it is.
    """

    def __init__(self, taps: int = TAPS, step: float = STEP) -> None:
        """taps: a multiple of 8. step: 0 to 2; more learns faster and lets the heart disturb it more."""
        if taps < 8 or taps % 8 or not 0.0 < step < 2.0:
            raise ConfigError(f"{taps} taps and a step of {step:g} won't do; choose a multiple of 8, and 0 to 2.")
        self._size, self._step = taps, np.float32(step)
        self._least = np.float32(LEAST_ENERGY * taps)
        self._settle = 0.0
        self._at = 0
        self._channels: tuple[str, ...] = ()
        self._count = 0
        self._spec: StreamSpec | None = None
        self._kernel: Callable[..., Any] | None = None

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Loads the compiled kernel. Raises ConfigError where there is no ambient channel."""
        from stetho.listening.noise._kernels import nlms

        if AMBIENT not in spec.channels:
            raise ConfigError(f"This stream has no {AMBIENT!r} channel to cancel noise with; thin it out instead.")
        self._kernel = nlms
        self._settle = 1.0 - exp(-1.0 / (SETTLE_S * spec.rate_hz))
        self._channels, self._at = spec.channels, spec.channels.index(AMBIENT)
        self._spec = replace(spec, channels=(CHEST,))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives the chest without the room."""
        if self._kernel is None or self._spec is None:
            raise RuntimeError("AmbientCanceller.process() was called before prepare()")
        require_rate(item, self._spec.rate_hz)
        if item.spec.channels != self._channels:
            raise ConfigError(f"The stream goes on with other channels than {self._channels}; begin a new one.")
        if not len(item):
            return ()
        out = np.empty((1, len(item)), dtype=np.float32)
        self._count = self._kernel(
            item.chest,
            item.samples[self._at],
            self._step,
            self._least,
            self._settle,
            self._taps,
            self._line,
            self._energy,
            self._count,
            out[0],
        )
        out.flags.writeable = False
        return (Chunk(out, self._spec, item.start, item.t0_ns, item.concealed),)

    def flush(self) -> Iterable[Chunk]:
        """Nothing: no sample is held back."""
        return ()

    def reset(self, reason: str) -> None:
        """Starts again, with everything to learn anew."""
        self._count = 0
        self._taps = np.zeros(self._size, dtype=np.float32)
        self._line = np.zeros(2 * self._size, dtype=np.float32)
        self._energy = np.array([0.0, 1.0])
