"""The input of the benchmarks: noise of a fixed seed in the form that a live stream has."""

import numpy as np

from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000
CHUNK = RATE_HZ // 50  # 20 ms


def noise(rate_hz: int, samples: int) -> Chunk:
    """One chunk of seeded noise at a tenth of full scale."""
    drawn = 0.1 * np.random.default_rng(0).standard_normal(samples)
    return Chunk(read_only(drawn.astype(np.float32)), StreamSpec(rate_hz, Origin.SIMULATED), 0, 0)
