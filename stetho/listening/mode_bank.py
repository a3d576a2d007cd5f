"""The modes as one stage, switched while it runs."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from stetho.dsp.design import steady_state
from stetho.listening.mode import Mode
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, StreamSpec

FADE_S = 0.03
_MODES = tuple(Mode)


class ModeBank:
    """Stage: chunks, chest channel, heard in one mode; same positions, nothing held back.

    All modes' filters run side by side, so that the one switched to has heard all that came before: what is left of a
    switch is a crossfade of equal power over 30 ms. In one mode alone the output is that of `BandPass` with its edges.
    After the start and after a reset the filters behave as if the first sample had lasted for ever. Samples that are not
    finite count as 0.
    """

    def __init__(self, mode: Mode = Mode.WIDE) -> None:
        self._mode = mode
        self._sections = self._state = np.zeros((len(_MODES), 1, 6))
        self._progress = np.zeros(len(_MODES))
        self._step = 0.0
        self._count = 0
        self._spec: StreamSpec | None = None
        self._kernel: Callable[..., Any] | None = None

    @property
    def mode(self) -> Mode:
        """What is heard, or faded to."""
        return self._mode

    def select(self, mode: Mode) -> None:
        """Fades to another mode from the next sample on; on the way already, it turns from where it is."""
        self._mode = mode

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Designs the filters and loads the compiled kernel. Raises ConfigError below 1 kHz."""
        from stetho.listening._kernels import mode_bank

        self._kernel = mode_bank
        self._sections = np.stack([mode.sections(spec.rate_hz) for mode in _MODES])
        self._step = 1.0 / (FADE_S * spec.rate_hz)
        self._spec = replace(spec, channels=(CHEST,))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives the chunk as it is heard."""
        if self._kernel is None or self._spec is None:
            raise RuntimeError("ModeBank.process() was called before prepare()")
        require_rate(item, self._spec.rate_hz)
        if not len(item):
            return ()
        if not self._count:
            self._seed(float(item.chest[0]))
        out = np.empty((1, len(item)), dtype=np.float32)
        self._count = self._kernel(
            item.chest,
            self._sections,
            self._state,
            self._progress,
            _MODES.index(self._mode),
            self._step,
            self._count,
            out[0],
        )
        out.flags.writeable = False
        return (Chunk(out, self._spec, item.start, item.t0_ns, item.concealed),)

    def _seed(self, first: float) -> None:
        level = first if np.isfinite(first) else 0.0
        self._state = np.stack([steady_state(sections) * level for sections in self._sections])
        self._progress[:] = [float(mode is self._mode) for mode in _MODES]

    def flush(self) -> Iterable[Chunk]:
        """Nothing: the filters hold no sample back."""
        return ()

    def reset(self, reason: str) -> None:
        """Starts again in the chosen mode, seeded by the next chunk."""
        self._count = 0
