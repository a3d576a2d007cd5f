"""The stage that listens for mains hum and cancels it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from math import pi
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.errors import ConfigError
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, StreamSpec

BLOCK_S = 0.2
BLOCKS = 15
HALF_WIDTH_HZ = 1.0
BESIDE_HZ = 5.0
MAINS_HZ = (50.0, 60.0)
HARMONICS = 3
LOWEST_RATE_HZ = 500


class HumNotch:
    """Stage: chunks, chest channel, without mains hum; same positions, nothing held back.

    Hum is a line at 50 or 60 Hz that stands 12 dB above its surroundings in the quiet parts of the last 3 s, with a
    phase that goes on steadily; heart sounds are neither. It is found after 2 s, its frequency followed from its phase
    within a part of a hertz, and its second and third harmonic taken away where they, too, stand out. Where there is no
    hum, the output is the input, bit for bit.

    Each line is cancelled by an adaptive oscillator (Widrow et al., Proc. IEEE 63, 1975), which is a notch of ±1 Hz: 0.2
    dB at 5 Hz from its middle. What pulls at the oscillator is bounded by one and a half times the hum itself, so that a first
    heart sound leaves no ringing. Samples that are not finite count as 0.
    """

    def __init__(self) -> None:
        self._kernel: Callable[..., Any] | None = None
        self._spec: StreamSpec | None = None
        self._table = self._rules = np.zeros((0, 0))
        self._width = 0.0
        self._count = 0

    @property
    def mains_hz(self) -> float | None:
        """The mains whose hum is being taken away; None where none is found."""
        return next((hz for hz, found in zip(MAINS_HZ, self._found[::HARMONICS], strict=True) if found), None)

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Lays out the lines and loads the compiled kernel. Raises ConfigError below 500 Hz."""
        from stetho.listening.hum._kernels import cancel_hum

        if spec.rate_hz < LOWEST_RATE_HZ:
            raise ConfigError(f"Mains hum can't be told at {spec.rate_hz} Hz; record at {LOWEST_RATE_HZ} Hz or more.")
        self._kernel = cancel_hum
        self._table, self._rules = _lines(spec.rate_hz)
        self._width = 2.0 * pi * HALF_WIDTH_HZ / spec.rate_hz
        self._spec = replace(spec, channels=(CHEST,))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives the chunk without hum."""
        if self._kernel is None or self._spec is None:
            raise RuntimeError("HumNotch.process() was called before prepare()")
        require_rate(item, self._spec.rate_hz)
        if not len(item):
            return ()
        out = np.empty((1, len(item)), dtype=np.float32)
        self._count = self._kernel(
            item.chest,
            self._table,
            self._rules,
            self._width,
            self._block,
            self._past,
            self._judged,
            self._found,
            self._lines,
            self._count,
            out[0],
        )
        out.flags.writeable = False
        return (Chunk(out, self._spec, item.start, item.t0_ns, item.concealed),)

    def flush(self) -> Iterable[Chunk]:
        """Nothing: no sample is held back."""
        return ()

    def reset(self, reason: str) -> None:
        """Starts again; hum must be found anew."""
        lines = len(self._rules)
        self._count = 0
        self._block = np.zeros(max(1, self._table.shape[1]))
        self._past = np.zeros((BLOCKS, lines, 4))
        self._judged = np.zeros((lines, 4))
        self._found = np.zeros(lines, dtype=np.int64)
        self._lines = np.zeros((lines, 7))


@lru_cache(maxsize=4)
def _lines(rate_hz: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What each line is measured with, float64 (6 lines, n), and its radians a sample and mains, float64 (lines, 2)."""
    size = round(BLOCK_S * rate_hz)
    turns = 2.0 * pi * np.arange(size) / size
    rows, rules = [], []
    for mains, hz in enumerate(MAINS_HZ):
        for harmonic in range(1, HARMONICS + 1):
            for beside_hz in (0.0, -BESIDE_HZ, BESIDE_HZ):
                cycles = round((harmonic * hz + beside_hz) * size / rate_hz)
                rows += [np.cos(cycles * turns), np.sin(-cycles * turns)]
            rules.append((2.0 * pi * round(harmonic * hz * size / rate_hz) / size, mains * HARMONICS))
    table, laid = np.array(rows), np.array(rules, dtype=np.float64)
    table.flags.writeable = laid.flags.writeable = False
    return table, laid
