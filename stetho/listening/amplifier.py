"""How loud it is heard: a gain, and a limiter behind it that never clips."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil, exp
from typing import Any

import numpy as np

from stetho.errors import ConfigError
from stetho.listening.held_back import HeldBack
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, Samples, StreamSpec

CEILING = 0.98
LOOK_AHEAD_S = 0.002
GLIDE_S = 0.005
RECOVERY_S = 0.15
MOST_DB = 40.0
_ONE = 1 << 30


class Amplifier:
    """Stage: chunks, chest channel, made louder; 2 ms late, at the places that they came in with.

    Whatever comes in, nothing goes out above 0.98 of full scale. The limiter turns down before a peak, over the 2 ms
    that it looks ahead, and up again with a time constant of 150 ms; below the ceiling it changes nothing. The gain
    glides to a new value (twice 5 ms, without a corner), and from silence after the start and after a reset, so that no
    stream begins with a click. Samples that are not finite count as 0.
    """

    def __init__(self, gain_db: float = 0.0) -> None:
        """Raises ConfigError for a gain beyond ±40 dB."""
        self.gain_db = gain_db
        self._kernel: Callable[..., Any] | None = None
        self._spec: StreamSpec | None = None
        self._glide = self._recovery = 0.0
        self._held = HeldBack(0)
        self._count = 0

    @property
    def gain_db(self) -> float:
        """What it glides to; can be set while it runs."""
        return self._gain_db

    @gain_db.setter
    def gain_db(self, gain_db: float) -> None:
        if not -MOST_DB <= gain_db <= MOST_DB:
            raise ConfigError(f"A gain of {gain_db:g} dB is beyond ±{MOST_DB:g} dB; choose one within.")
        self._gain_db = gain_db
        self._target = 10.0 ** (gain_db / 20.0)

    @property
    def look_ahead_s(self) -> float:
        """By how much the output is late; known once prepared."""
        return 0.0 if self._spec is None else self._held.samples / self._spec.rate_hz

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Loads the compiled kernel."""
        from stetho.listening._kernels import amplify

        self._kernel = amplify
        self._glide = 1.0 - exp(-1.0 / (GLIDE_S * spec.rate_hz))
        self._recovery = 1.0 - exp(-1.0 / (RECOVERY_S * spec.rate_hz))
        self._spec = replace(spec, channels=(CHEST,))
        self._held = HeldBack(max(1, ceil(LOOK_AHEAD_S * spec.rate_hz)))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives what became known, 2 ms behind."""
        if self._spec is None:
            raise RuntimeError("Amplifier.process() was called before prepare()")
        require_rate(item, self._spec.rate_hz)
        if not len(item):
            return ()
        self._held.take(item)
        return self._amplify(item.chest, self._spec)

    def flush(self) -> Iterable[Chunk]:
        """Gives the last 2 ms."""
        if self._spec is None or not self._held.begun:
            return ()
        return self._amplify(self._held.tail, self._spec)

    def _amplify(self, samples: Samples, spec: StreamSpec) -> tuple[Chunk, ...]:
        out = np.empty((1, samples.size), dtype=np.float32)
        if self._kernel is not None:
            self._count = self._kernel(
                samples,
                self._target,
                self._glide,
                self._recovery,
                CEILING,
                self._gains,
                self._line,
                self._allowed,
                self._smooth,
                self._count,
                out[0],
            )
        return self._held.give(out, spec)

    def reset(self, reason: str) -> None:
        """Starts again from silence."""
        size = self._held.samples + 1
        self._held.clear()
        self._count = 0
        self._gains = np.array([0.0, 1.0, float(size * _ONE), 0.0])
        self._line = np.zeros(size)
        self._allowed = np.full(size, _ONE, dtype=np.int64)
        self._smooth = self._allowed.copy()
