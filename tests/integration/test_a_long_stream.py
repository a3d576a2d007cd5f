"""A day of a device in virtual time, with faults: memory doesn't grow, and no index drifts by a sample."""

import asyncio
import gc
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.source import BridgeSource
from hw_sim.device import Device
from hw_sim.fault_script import parse_script
from hw_sim.identity import Identity
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.programme import Part, Programme
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.device_uri import DeviceUri
from stetho.stream import Chunk

RATE_HZ = 4000
DAY_S = 24 * 3600
MOST_GROWTH_BYTES = 8 << 20
SETTLED = 0.2
"""Of the stream: what is allocated once is there by then."""

FAULTS = """
drift_ppm = 37

[[fault]]
action = "loss"
share = 0.01

[[fault]]
action = "duplication"
share = 0.01

[[fault]]
action = "reordering"
share = 0.01
"""
MOST_BREAKS = 24


class Counting:
    """Sample i is made of i alone, so that a day of it needs no memory to be compared with."""

    rate_hz = RATE_HZ

    def __init__(self) -> None:
        self._next = 0

    def read(self, count: int) -> np.ndarray:
        self._next += count
        return value(np.arange(self._next - count, self._next))


def value(index: np.ndarray) -> np.ndarray:
    """A hash of an index, int16: no two seconds of a day are alike."""
    return ((index * 2654435761 >> 13 ^ index * 40503) & 0xFFFF).astype(np.uint16).view(np.int16)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Judge:
    """An archive that compares and keeps nothing; now and then it looks at how much memory there is."""

    def __init__(self, samples: int) -> None:
        self.samples, self.stop, self.wrong, self.holes = samples, 0, 0, 0
        self.settled_bytes = 0

    def __call__(self, chunk: Chunk, holes) -> None:
        self.wrong += chunk.start != self.stop
        self.stop = chunk.stop
        heard = np.rint(chunk.chest * 32768).astype(np.int16)
        self.wrong += not np.array_equal(heard, value(np.arange(chunk.start, chunk.stop)))
        self.holes += len(holes)
        if not self.settled_bytes and chunk.stop > SETTLED * self.samples:
            gc.collect()
            self.settled_bytes = resident_bytes()


def breaks(seconds: float) -> str:
    """A link that is gone for 10 s, every ten minutes, or two dozen times where that is seldomer."""
    every_s = max(600, int(seconds) // MOST_BREAKS)
    entry = '\n[[fault]]\naction = "disconnect"\nat = "{}s"\nfor = "10s"\n'
    return "".join(entry.format(at) for at in range(every_s, int(seconds) - 60, every_s))


async def hear(device: Device, clock: VirtualClock, judge: Judge) -> BridgeSource:
    source = BridgeSource(
        MemoryOpener(device, Pace(1.0, clock)), DeviceUri.parse("sim://day?reconnect_s=30"), clock=clock
    )
    await source.open()
    try:
        async for _ in source.stream(judge):
            pass
    finally:
        await source.close()
    return source


@pytest.mark.slow
@pytest.mark.timeout(3 * 3600)
@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
def test_24_hours(heavy_count):
    seconds = heavy_count(DAY_S)
    script = parse_script(FAULTS + breaks(seconds))
    programme = Programme((Part(lambda rate_hz: Counting(), seconds),), (RATE_HZ,))
    identity = replace(Identity("SIM-0024"), packet_s=0.1)
    device = Device(identity, programme, script.faults, drift_ppm=script.drift_ppm)
    judge, clock = Judge(seconds * RATE_HZ), VirtualClock()
    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        source = runner.run(hear(device, clock, judge))
    gc.collect()
    grown = resident_bytes() - judge.settled_bytes
    print(f"{seconds / 3600:.1f} h, {judge.holes} holes filled, {grown / 2**20:+.1f} MiB; {source.statistics()}")
    assert judge.wrong == 0
    assert judge.stop == seconds * RATE_HZ
    assert judge.holes > 0
    assert source.statistics().samples_lost == 0
    assert clock.monotonic_ns() / 1e9 == pytest.approx(seconds / (1 + 37e-6), abs=1.0)
    assert grown < MOST_GROWTH_BYTES
