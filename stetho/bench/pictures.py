"""What a screen draws of a sound, on a 20 ms chunk of 4 kHz: the streams of the spectrogram and of the envelope, as stages.

Each has to be cheap enough to be made for every screen: at most a thousandth of real time.
"""

from itertools import cycle

import numpy as np

from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.signals import CHUNK, RATE_HZ
from stetho.bench.timing import Call, time_call
from stetho.dsp.envelope import Envelope
from stetho.dsp.spectrogram import Spectrogram
from stetho.stage import Stage
from stetho.stream import Chunk, Origin, StreamSpec, read_only

SHARE_OF_REAL_TIME = 0.001
_CHUNK_US = 1e6 * CHUNK / RATE_HZ
_CHUNKS = 50


def benchmarks() -> tuple[Benchmark, ...]:
    return (
        Benchmark("spectrogram_chunk_20ms", lambda: _row("spectrogram_chunk_20ms", Spectrogram())),
        Benchmark("envelope_chunk_20ms", lambda: _row("envelope_chunk_20ms", Envelope())),
    )


def _row(name: str, stage: Stage[Chunk, object]) -> Row:
    timing = time_call(_streaming(stage))
    share, most = timing.median_us / _CHUNK_US, SHARE_OF_REAL_TIME
    note = f"{100 * share:.3f} % of real time; the goal is at most {100 * most:g} %"
    return Row(name, timing, goal=Goal(median_us=most * _CHUNK_US), note=note)


def _streaming(stage: Stage[Chunk, object]) -> Call:
    """A second of noise, chunk after chunk and over again."""
    spec = StreamSpec(RATE_HZ, Origin.SIMULATED)
    stage.prepare(spec)
    noise = np.random.default_rng(0).normal(0.0, 0.1, (_CHUNKS, 1, CHUNK)).astype(np.float32)
    chunks = cycle([Chunk(read_only(samples), spec, at * CHUNK, 0) for at, samples in enumerate(noise)])
    return lambda: list(stage.process(next(chunks)))
