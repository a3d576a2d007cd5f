"""How long one window takes on one thread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from export import INPUT, OUTPUTS
from features import WINDOW_FRAMES
from scores import session

from stetho.dsp.mel import N_MELS

ROUNDS = 1000


@dataclass(frozen=True)
class Speed:
    """Microseconds a window, and the size of the file."""

    file: str
    kilobytes: float
    median_us: float
    p99_us: float


def speed(file: Path) -> Speed:
    """Time ``file`` on a seeded window, after a warm-up."""
    graph = session(file)
    feed = {INPUT: np.random.default_rng(0).normal(-16.0, 2.5, (1, 1, N_MELS, WINDOW_FRAMES)).astype(np.float32)}
    times_us = []
    for _ in range(50 + ROUNDS):
        started = time.perf_counter_ns()
        graph.run(list(OUTPUTS), feed)
        times_us.append((time.perf_counter_ns() - started) / 1000.0)
    median, p99 = np.quantile(times_us[50:], [0.5, 0.99])
    return Speed(file.name, file.stat().st_size / 1000.0, float(median), float(p99))
