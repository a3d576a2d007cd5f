"""The band-pass of four biquads on a 20 ms chunk of 4 kHz, with state, against scipy with state."""

import numpy as np

from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.signals import CHUNK, RATE_HZ, noise
from stetho.bench.timing import time_both, time_call
from stetho.dsp.design import butter_bandpass, steady_state
from stetho.dsp.filters import BandPass
from stetho.errors import ConfigError
from stetho.extras import require

NAME = "bandpass_chunk_20ms"
PEER = "scipy.signal.sosfilt"
GOAL = Goal(ratio=20)


def benchmarks() -> tuple[Benchmark, ...]:
    return (Benchmark(NAME, _run),)


def _run() -> Row:
    chunk = noise(RATE_HZ, CHUNK)
    stage = BandPass()
    stage.prepare(chunk.spec)

    def ours() -> object:
        return list(stage.process(chunk))

    try:
        signal = require("scipy.signal", "lab")
    except ConfigError as missing:
        return Row(NAME, time_call(ours), PEER, goal=GOAL, note=str(missing))
    sections = np.array(butter_bandpass(4, 25.0, 800.0, RATE_HZ))
    state = {"zi": steady_state(sections)}
    samples = chunk.chest

    def peer() -> object:
        filtered, state["zi"] = signal.sosfilt(sections, samples, zi=state["zi"])
        return filtered

    timing, peers = time_both(ours, peer)
    return Row(NAME, timing, PEER, peers, GOAL)
