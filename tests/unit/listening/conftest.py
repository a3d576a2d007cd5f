"""Hearts without surroundings, and streams of one or two channels."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hw_sim.heart import Heart, Surroundings, Wish, scenario
from stetho.stage import run
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000


@cache
def _heart(name: str, seed: int, seconds: int, rate_bpm: float | None, alone: bool) -> np.ndarray:
    settings = scenario(name, Wish(seed=seed, rate_bpm=rate_bpm))
    if alone:
        settings = replace(settings, surroundings=Surroundings(None, None, None))
    samples = Heart(settings).read(seconds * RATE_HZ).astype(np.float32) / np.float32(32768)
    samples.flags.writeable = False
    return samples


@pytest.fixture(scope="session")
def heart() -> Callable[..., np.ndarray]:
    """heart("murmur", seed=1, seconds=10): float32 (n,) at 4 kHz; `alone` leaves out the room, the lungs, the device."""

    def made(name="clear", seed=1, seconds=10, rate_bpm=None, alone=False):
        return _heart(name, seed, seconds, rate_bpm, alone)

    return made


@pytest.fixture(scope="session")
def streamed() -> Callable[..., list[Chunk]]:
    """streamed(stage, samples, sizes=(80,)): prepares a stage and gives all that it makes of float32 (n,) or (2, n)."""

    def _streamed(stage, samples, rate_hz=RATE_HZ, sizes=(80,), start=0, concealed=()):
        samples = np.atleast_2d(samples)
        spec = StreamSpec(rate_hz, Origin.SIMULATED, ("chest", "ambient")[: len(samples)])
        stage.prepare(spec)
        whole = Chunk(read_only(samples), spec, start, round(start / rate_hz * 1e9), tuple(concealed))
        chunks, at, turn = [], start, 0
        while at < whole.stop:
            chunks.append(whole.between(at, at + sizes[turn % len(sizes)]))
            at, turn = chunks[-1].stop, turn + 1
        return list(run(stage, chunks))

    return _streamed


@pytest.fixture(scope="session")
def heard(streamed) -> Callable[..., np.ndarray]:
    """heard(stage, samples): the same as float32 (n,)."""

    def joined(stage, samples, **how):
        chunks = streamed(stage, samples, **how)
        return np.concatenate([chunk.chest for chunk in chunks]) if chunks else np.zeros(0, np.float32)

    return joined
