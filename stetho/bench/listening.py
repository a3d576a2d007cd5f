"""What a person hears, on a 20 ms chunk of 4 kHz: the whole chain as a stage, and the adaptive canceller's function.

The canceller's peer is the textbook's loop over samples with numpy for each sample's products, which is how padasip and
others do it: the same filter, without the bound on unusual errors.
"""

from itertools import cycle

import numpy as np

from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.signals import CHUNK, RATE_HZ
from stetho.bench.timing import Call, time_both, time_call
from stetho.listening.chain import Listening, ListeningChain
from stetho.listening.mode import Mode
from stetho.listening.noise.ambient import LEAST_ENERGY, STEP, TAPS
from stetho.stage import Stage
from stetho.stream import Chunk, Origin, StreamSpec, read_only

PEER = "numpy, a sample at a time"
_CHUNKS = 50


def benchmarks() -> tuple[Benchmark, ...]:
    return (
        Benchmark("listening_chain_20ms", _chain),
        Benchmark("nlms_20ms", _nlms),
    )


def _chain() -> Row:
    """With everything on that a device without an ambient channel can have: the slower of the two ways."""
    chain = ListeningChain(Listening(Mode.BELL, 12.0, quieter=True))
    return Row("listening_chain_20ms", time_call(_streaming(chain)), goal=Goal(median_us=60))


def _nlms() -> Row:
    ours, peers = time_both(_function(), _numpy())
    return Row("nlms_20ms", ours, PEER, peers, Goal(ratio=20))


def _streaming(stage: Stage[Chunk, Chunk]) -> Call:
    """A second of noise, chunk after chunk and over again, so that nothing settles on one and the same."""
    spec = StreamSpec(RATE_HZ, Origin.SIMULATED)
    stage.prepare(spec)
    noise = np.random.default_rng(0).normal(0.0, 0.1, (_CHUNKS, 1, CHUNK)).astype(np.float32)
    chunks = cycle([Chunk(read_only(samples), spec, at * CHUNK, 0) for at, samples in enumerate(noise)])
    return lambda: list(stage.process(next(chunks)))


def _function() -> Call:
    from stetho.listening.noise._kernels import nlms

    chest, ambient = (read_only(x)[0] for x in np.random.default_rng(0).normal(0.0, 0.1, (2, CHUNK)))
    taps, line = np.zeros(TAPS, np.float32), np.zeros(2 * TAPS, np.float32)
    energy, step, least = np.array([0.0, 1.0]), np.float32(STEP), np.float32(TAPS * LEAST_ENERGY)

    def cancelled() -> object:
        out = np.empty(CHUNK, np.float32)
        nlms(chest, ambient, step, least, 0.001, taps, line, energy, 0, out)
        return out

    return cancelled


def _numpy() -> Call:
    chest, ambient = np.random.default_rng(0).normal(0.0, 0.1, (2, CHUNK))
    weights, line = np.zeros(TAPS), np.zeros(TAPS + CHUNK)

    def cancelled() -> object:
        line[:TAPS] = line[-TAPS:]
        line[TAPS:] = ambient
        out = np.empty(CHUNK)
        for i in range(CHUNK):
            x = line[i + 1 : i + 1 + TAPS]
            error = chest[i] - weights @ x
            out[i] = error
            np.add(weights, STEP * error / (TAPS * LEAST_ENERGY + x @ x) * x, out=weights)
        return out

    return cancelled
