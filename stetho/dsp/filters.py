"""The band-pass that a person sees and hears through; the model has its own front end."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.dsp.design import butter_bandpass, steady_state
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, Samples, StreamSpec

LOW_HZ = 25.0
HIGH_HZ = 400.0
ORDER = 4


def band_pass(
    samples: npt.NDArray[np.float32],
    rate_hz: int,
    low_hz: float = LOW_HZ,
    high_hz: float = HIGH_HZ,
    order: int = ORDER,
) -> Samples:
    """A whole recording, float32 (n,), filtered; bit-identical to what `BandPass` streams. Raises ConfigError."""
    from stetho.dsp._kernels import biquads  # compiled code is loaded on first use

    signal = np.ascontiguousarray(samples, dtype=np.float32)
    sections = butter_bandpass(order, low_hz, high_hz, rate_hz)
    out = np.empty_like(signal)
    biquads(signal, sections, _seed(sections, signal), 0, out)
    return out


def _seed(sections: npt.NDArray[np.float64], signal: Samples) -> npt.NDArray[np.float64]:
    """The state as if the first sample had lasted for ever: an offset then makes no step at the start."""
    first = float(signal[0]) if signal.size and np.isfinite(signal[0]) else 0.0
    return steady_state(sections) * first


class BandPass:
    """Stage: chunks of any rate to band-passed chunks of the chest channel, same positions; causal Butterworth.

    `order` biquads in transposed direct form II with float64 state. After the start and after a reset the filter
    behaves as if the first sample had lasted for ever, so that an offset of the device is no thump. Samples that are
    not finite count as 0: the display goes on, and it is the quality gate that says so.
    """

    def __init__(self, low_hz: float = LOW_HZ, high_hz: float = HIGH_HZ, order: int = ORDER) -> None:
        self._band = (low_hz, high_hz)
        self._order = order
        self._sections = self._state = np.zeros((order, 6))
        self._seeded = False
        self._count = 0
        self._spec: StreamSpec | None = None
        self._kernel: Callable[..., Any] | None = None

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Designs the filter and loads the compiled kernel. Raises ConfigError where the band doesn't fit the rate."""
        from stetho.dsp._kernels import biquads

        self._kernel = biquads
        self._sections = butter_bandpass(self._order, *self._band, spec.rate_hz)
        self._spec = replace(spec, channels=(CHEST,))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives the chunk filtered."""
        if self._kernel is None or self._spec is None:
            raise RuntimeError("BandPass.process() was called before prepare()")
        require_rate(item, self._spec.rate_hz)
        if not len(item):
            return ()
        if not self._seeded:
            self._state = _seed(self._sections, item.chest)
            self._seeded = True
        out = np.empty((1, len(item)), dtype=np.float32)
        self._count = self._kernel(item.chest, self._sections, self._state, self._count, out[0])
        out.flags.writeable = False
        return (Chunk(out, self._spec, item.start, item.t0_ns, item.concealed),)

    def flush(self) -> Iterable[Chunk]:
        """Nothing: the filter holds no sample back."""
        return ()

    def reset(self, reason: str) -> None:
        """Starts again, seeded by the next chunk."""
        self._seeded = False
        self._count = 0
