"""The outline of a sound, a hundred points a second: what a screen draws behind the trace."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.dsp.spans import PendingSpans
from stetho.errors import ConfigError
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, Samples, Span, StreamSpec

RATE_HZ = 100
SMOOTHING_S = 0.02


def envelope(samples: npt.NDArray[np.float32], rate_hz: int) -> Samples:
    """The envelope of a whole recording, float32 (n,) to float32 (n * 100 // rate_hz,), in full scale; >= 0."""
    from stetho.dsp._kernels import energy  # compiled code is loaded on first use

    signal = np.ascontiguousarray(samples, dtype=np.float32)
    out = np.empty(signal.size * RATE_HZ // rate_hz, dtype=np.float32)
    energy(signal, np.zeros(1), _decay(rate_hz), 0, rate_hz, RATE_HZ, out)
    return out


def _decay(rate_hz: int) -> float:
    return exp(-1.0 / (SMOOTHING_S * rate_hz))


class Envelope:
    """Stage: (band-passed) chunks, chest channel, to chunks of 100 Hz: the root of the energy, smoothed over 20 ms.

    Positions of what comes out count hundredths of a second of the source's time. Samples that are not finite count
    as 0.
    """

    def __init__(self) -> None:
        self._level = np.zeros(1)
        self._count = 0
        self._origin = 0
        self._rate_hz = 0
        self._marks = PendingSpans()
        self._spec: StreamSpec | None = None
        self._kernel: Callable[..., Any] | None = None

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Loads the compiled kernel. Raises ConfigError for a rate below 100 Hz."""
        from stetho.dsp._kernels import energy

        if spec.rate_hz < RATE_HZ:
            raise ConfigError(
                f"An envelope of {RATE_HZ} Hz can't be made of {spec.rate_hz} Hz; record at 2000 Hz or more."
            )
        self._kernel = energy
        self._rate_hz = spec.rate_hz
        self._spec = replace(spec, rate_hz=RATE_HZ, channels=(CHEST,))
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives the points that became known."""
        if self._kernel is None or self._spec is None:
            raise RuntimeError("Envelope.process() was called before prepare()")
        require_rate(item, self._rate_hz)
        if not self._count:
            self._origin = item.start
        first, rate_hz = self._points(self._count), self._rate_hz
        out = np.empty((1, self._points(self._count + len(item)) - first), dtype=np.float32)
        decay = _decay(rate_hz)
        self._count = self._kernel(item.chest, self._level, decay, self._count, rate_hz, RATE_HZ, out[0])
        self._marks.add(tuple(self._mark(span) for span in item.concealed))
        if not out.size:
            return ()
        out.flags.writeable = False
        origin = self._points(self._origin)
        behind = self._origin + first * rate_hz / RATE_HZ - item.start
        t0_ns = item.t0_ns + round(behind * 1e9 / rate_hz)
        marks = self._marks.take(origin + first + out.size)
        return (Chunk(out, self._spec, origin + first, t0_ns, marks),)

    def _points(self, samples: int) -> int:
        return samples * RATE_HZ // self._rate_hz

    def _mark(self, span: Span) -> Span:
        """A span of the source in points, rounded outwards."""
        start, stop = span.start - self._origin, span.stop - self._origin
        origin = self._points(self._origin)
        return Span(origin + self._points(start), origin - (-stop * RATE_HZ // self._rate_hz))

    def flush(self) -> Iterable[Chunk]:
        """Nothing: part of a point is none."""
        return ()

    def reset(self, reason: str) -> None:
        """Starts again from silence."""
        self._level[:] = 0.0
        self._count = 0
        self._marks.clear()
