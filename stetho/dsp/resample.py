"""The one decimator to 2 kHz: training, analysis of files and the live path all hear through it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, gcd, pi
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.dsp.spans import PendingSpans
from stetho.errors import ConfigError
from stetho.stage import require_rate
from stetho.stream import CHEST, Chunk, Samples, Span, StreamSpec

RATE_HZ = 2000
MAX_RATE_HZ = 768_000
PASS_HZ = 800.0
STOP_HZ = 1200.0
STOP_DB = 76.0
MAX_PHASES = 256


@dataclass(frozen=True, slots=True)
class Polyphase:
    """A designed decimator: output m lies at input index m * down / up.

    table: float32 (phases + 1, 2 * half): row p holds the taps for an output p / phases of a sample after an input.
    """

    up: int
    down: int
    half: int
    table: Samples

    def ready(self, received: int) -> int:
        """How many outputs the first `received` inputs are enough for."""
        return max(0, -((self.half - received) * self.up // self.down)) if received > self.half else 0

    def total(self, received: int) -> int:
        """How many outputs a stream of that many inputs has: ceil(n * 2000 / rate)."""
        return -(-received * self.up // self.down)


@lru_cache(maxsize=4)
def design(rate_hz: int) -> Polyphase:
    """A linear-phase windowed sinc (Kaiser, Oppenheim & Schafer 7.5.3) from `rate_hz` to 2 kHz.

    Flat within 0.05 dB to 800 Hz, at least 70 dB down from 1200 Hz: what aliases lands in 800-1000 Hz, above the mel
    bands. At most 257 phases are kept; a rate that needs more interpolates between them (error below -100 dB).
    Raises ConfigError for rates outside 2,000 .. 768,000 Hz: below, the murmur band itself would be missing.
    """
    if not RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise ConfigError(
            f"A sample rate of {rate_hz} Hz can't be analysed; record at {RATE_HZ} to {MAX_RATE_HZ} Hz, best at 4000 Hz."
        )
    common = gcd(rate_hz, RATE_HZ)
    up, down = RATE_HZ // common, rate_hz // common
    taps = (STOP_DB - 7.95) / (2.285 * 2.0 * pi * (STOP_HZ - PASS_HZ) / rate_hz) + 1.0
    half = 4 * ceil(taps / 8.0)
    phases = min(up, MAX_PHASES)
    offset = np.arange(2 * half) - half + 1 - np.arange(phases + 1)[:, None] / phases
    beta = 0.1102 * (STOP_DB - 8.7)
    window = np.i0(beta * np.sqrt(np.maximum(0.0, 1.0 - (offset / half) ** 2)))
    table = np.sinc(offset * (PASS_HZ + STOP_HZ) / rate_hz) * window
    table = (table / table.sum(axis=1, keepdims=True)).astype(np.float32)
    table.flags.writeable = False
    return Polyphase(up, down, half, table)


def to_2khz(samples: npt.NDArray[np.float32], rate_hz: int) -> Samples:
    """A whole recording at 2 kHz: float32 (n,) to float32 (ceil(n * 2000 / rate_hz),), sample 0 on sample 0.

    Bit-identical to what `Decimator` streams; at 2 kHz the samples are given back as they are. Raises ConfigError.
    """
    signal = np.ascontiguousarray(samples, dtype=np.float32)
    plan = design(rate_hz)
    if rate_hz == RATE_HZ:
        return signal
    from stetho.dsp._kernels import polyphase  # compiled code is loaded on first use

    out = np.empty(plan.total(signal.size), dtype=np.float32)
    line = np.pad(signal, plan.half)
    polyphase(line, -plan.half, 0, plan.up, plan.down, plan.table, out)
    return out


class Decimator:
    """Stage: chunks of any rate from 2 kHz up (chest channel) to chunks at 2 kHz.

    The filter's delay (6 ms) is taken out of the positions: output m of a stream that began at source sample s lies at
    source time s + m * rate / 2000, so it comes 6 ms late and `flush` gives the tail. Before the start and after the
    end the stream counts as zeros. Positions of the chunks that come out count 2 kHz samples of the source's time. A
    sample that is not finite stays so, and makes its surroundings (6 ms) so: nobody takes it for sound.
    """

    def __init__(self) -> None:
        self._plan: Polyphase | None = None
        self._spec: StreamSpec | None = None
        self._kernel: Callable[..., Any] | None = None
        self._marks = PendingSpans()
        self._last: Chunk | None = None
        self.reset("new")

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Designs the filter and loads the compiled kernel. Raises ConfigError for a rate it can't work on."""
        from stetho.dsp._kernels import polyphase

        self._kernel = polyphase
        self._plan = design(spec.rate_hz)
        self._spec = replace(spec, rate_hz=RATE_HZ, channels=(CHEST,))
        self._rate_hz = spec.rate_hz
        self.reset("prepare")
        return self._spec

    def process(self, item: Chunk) -> Iterable[Chunk]:
        """Gives the 2 kHz samples that became known."""
        if self._plan is None:
            raise RuntimeError("Decimator.process() was called before prepare()")
        require_rate(item, self._rate_hz)
        if not self._received:
            self._origin = item.start
        self._last = item
        self._received += len(item)
        if self._rate_hz == RATE_HZ:
            return self._passed(item)
        if item.concealed:
            self._marks.add(tuple(self._mark(self._plan, span) for span in item.concealed))
        return self._filter(self._plan, item.chest, self._plan.ready(self._received))

    def flush(self) -> Iterable[Chunk]:
        """Gives the last 6 ms, as if silence followed; the next chunk must come after `reset`."""
        if self._plan is None or not self._received or self._rate_hz == RATE_HZ:
            return ()
        silence = np.zeros(self._plan.half, dtype=np.float32)
        return self._filter(self._plan, silence, self._plan.total(self._received))

    def reset(self, reason: str) -> None:
        """Starts again from silence; the next chunk's first sample is output 0 of a new stream."""
        half = self._plan.half if self._plan is not None else 0
        self._tail = np.zeros(half, dtype=np.float32)
        self._base = -half
        self._received = 0
        self._done = 0
        self._origin = 0
        self._last = None
        self._marks.clear()

    def _filter(self, plan: Polyphase, samples: Samples, stop: int) -> tuple[Chunk, ...]:
        line = np.concatenate((self._tail, samples))
        out = np.empty((1, max(0, stop - self._done)), dtype=np.float32)
        if out.size and self._kernel is not None:
            self._kernel(line, self._base, self._done, plan.up, plan.down, plan.table, out[0])
        first, self._done = self._done, max(stop, self._done)
        needed = self._done * plan.down // plan.up - plan.half + 1
        self._tail = line[max(0, needed - self._base) :].copy()
        self._base += line.size - self._tail.size
        return (self._chunk(plan, out, first),) if out.size else ()

    def _chunk(self, plan: Polyphase, out: Samples, first: int) -> Chunk:
        if self._spec is None or self._last is None:
            raise RuntimeError("Decimator gives samples only after prepare() and process()")
        out.flags.writeable = False
        start = self._start_of(plan) + first
        behind = self._origin + first * plan.down / plan.up - self._last.start
        t0_ns = self._last.t0_ns + round(behind * 1e9 / self._rate_hz)
        return Chunk(out, self._spec, start, t0_ns, self._marks.take(start + out.size))

    def _start_of(self, plan: Polyphase) -> int:
        """The place of output 0, counted in 2 kHz samples."""
        return self._origin * plan.up // plan.down

    def _mark(self, plan: Polyphase, span: Span) -> Span:
        """A span of the source in 2 kHz samples, rounded outwards."""
        start, stop = span.start - self._origin, span.stop - self._origin
        origin = self._start_of(plan)
        return Span(origin + start * plan.up // plan.down, origin - (-stop * plan.up // plan.down))

    def _passed(self, item: Chunk) -> tuple[Chunk, ...]:
        """2 kHz already: the chest channel as it is."""
        if self._spec is None or not len(item):
            return ()
        if item.spec == self._spec:
            return (item,)
        return (Chunk(item.samples[:1], self._spec, item.start, item.t0_ns, item.concealed),)
