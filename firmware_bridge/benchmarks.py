"""Rows of `stetho bench` that need the wire: decoding, and what happens to a chunk of 20 ms on its way."""

from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from firmware_bridge.assemble import Assembler
from firmware_bridge.benchmarks_live import ROW, live_chunk
from firmware_bridge.benchmarks_pty import capture_to_chunk
from firmware_bridge.wire import Audio, Codec, PacketDecoder, encode
from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.signals import CHUNK, RATE_HZ
from stetho.bench.timing import time_call
from stetho.dsp.filters import BandPass
from stetho.dsp.frontend import FrontEnd
from stetho.heart.quality import QualityGate
from stetho.stream import Chunk, Origin, StreamSpec

FRAMES = 3000  # a minute; then the stream begins anew, in one call out of three thousand
_CHUNK_US = 20_000
_SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)


def benchmarks() -> tuple[Benchmark, ...]:
    return (
        Benchmark("chain_chunk_20ms", _chain),
        Benchmark(ROW, live_chunk),
        Benchmark("wire_decode", _wire_decode),
        Benchmark("capture_to_chunk_pty", capture_to_chunk),
    )


def _chain() -> Row:
    """From a frame's bytes to filtered samples, log-mel frames and quality: the stages alone. What a running take makes of it is `live_chunk_20ms`."""
    frames = _frames()
    streams = _endless(lambda: _fresh_chain(frames))
    return Row("chain_chunk_20ms", time_call(lambda: next(streams)), goal=Goal(median_us=60, p99_us=1000))


def _fresh_chain(frames: list[bytes]) -> Iterator[object]:
    decoder = PacketDecoder()
    assembler = Assembler(_SPEC, 0, lambda device_us, _: device_us * 1000)
    stages = (BandPass(), FrontEnd(), QualityGate())
    for stage in stages:
        stage.prepare(_SPEC)
    for index, frame in enumerate(frames):
        now_ns = index * _CHUNK_US * 1000
        chunks: list[Chunk] = []
        for message in decoder.feed(frame):
            if isinstance(message, Audio):
                chunks += assembler.feed(message, now_ns)
        yield [list(stage.process(chunk)) for chunk in chunks for stage in stages]


def _wire_decode() -> Row:
    """One frame of 20 ms: its bytes to int16 samples; the goal is 2,000 times real time."""
    frames = _frames()

    def decoded() -> Iterator[object]:
        decoder = PacketDecoder()
        for frame in frames:
            yield [message.pcm() for message in decoder.feed(frame) if isinstance(message, Audio)]

    streams = _endless(decoded)
    timing = time_call(lambda: next(streams))
    goal = Goal(median_us=_CHUNK_US / 2000)
    return Row("wire_decode", timing, goal=goal, note=f"{_CHUNK_US / timing.median_us:,.0f} times real time")


def _frames() -> list[bytes]:
    """A stream's frames, PCM16, 20 ms each."""
    samples = (3000 * np.random.default_rng(0).standard_normal((FRAMES, CHUNK))).astype("<i2")
    return [
        encode(Audio(1, index, index * CHUNK, CHUNK, Codec.PCM16, 1, index * _CHUNK_US, row.tobytes()))
        for index, row in enumerate(samples)
    ]


def _endless(begin: Callable[[], Iterator[object]]) -> Iterator[object]:
    """One stream after another, none cut short."""
    while True:
        yield from islice(begin(), FRAMES)
