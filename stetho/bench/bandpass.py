"""The band-pass of four biquads on a 20 ms chunk of 4 kHz, with state, against scipy with state.

The goal's row times function against function: samples and state in, filtered samples out. The stage's row is the same
with everything around it that the live path has (Chunk in, Chunk out).
"""

import numpy as np

from stetho.bench.row import Benchmark, Goal, Row
from stetho.bench.signals import CHUNK, RATE_HZ, noise
from stetho.bench.timing import Call, time_both, time_call
from stetho.dsp.design import butter_bandpass, steady_state
from stetho.dsp.filters import HIGH_HZ, LOW_HZ, ORDER, BandPass
from stetho.errors import ConfigError
from stetho.extras import require

PEER = "scipy.signal.sosfilt"


def benchmarks() -> tuple[Benchmark, ...]:
    return (
        Benchmark("bandpass_chunk_20ms", lambda: _run("bandpass_chunk_20ms", _function(), Goal(ratio=20))),
        Benchmark("bandpass_stage_20ms", lambda: _run("bandpass_stage_20ms", _stage(), None)),
    )


def _run(name: str, ours: Call, goal: Goal | None) -> Row:
    try:
        peer = _scipy()
    except ConfigError as missing:
        return Row(name, time_call(ours), PEER, goal=goal, note=str(missing))
    timing, peers = time_both(ours, peer)
    return Row(name, timing, PEER, peers, goal)


def _function() -> Call:
    from stetho.dsp._kernels import biquads

    samples = noise(RATE_HZ, CHUNK).chest
    sections = butter_bandpass(ORDER, LOW_HZ, HIGH_HZ, RATE_HZ)
    state = steady_state(sections)

    def filtered() -> object:
        out = np.empty(CHUNK, np.float32)
        biquads(samples, sections, state, 0, out)
        return out

    return filtered


def _stage() -> Call:
    chunk = noise(RATE_HZ, CHUNK)
    stage = BandPass()
    stage.prepare(chunk.spec)
    return lambda: list(stage.process(chunk))


def _scipy() -> Call:
    signal = require("scipy.signal", "lab")
    samples = noise(RATE_HZ, CHUNK).chest
    sections = np.array(butter_bandpass(ORDER, LOW_HZ, HIGH_HZ, RATE_HZ))
    state = {"zi": steady_state(sections)}

    def filtered() -> object:
        out, state["zi"] = signal.sosfilt(sections, samples, zi=state["zi"])
        return out

    return filtered
