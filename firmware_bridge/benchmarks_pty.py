"""The row `capture_to_chunk_pty`: how long after its last sample a chunk is there, over a real serial port of the system.

The device is `stetho sim` in a process of its own, as a user runs it. What is measured begins when the last sample of a
packet was due on the device's clock and ends when the chunk is handed over: the device's own waking up, the terminal,
two threads, the decoder and the assembly. Both clocks are this machine's; the map between them is exact to a tenth of a
millisecond here. A machine that is busy with other things wakes nobody in time: how late it wakes is measured meanwhile
and said beside the figure.
"""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import aclosing, contextmanager

import numpy as np

from firmware_bridge.source import open_serial
from stetho.bench.row import Goal, Row
from stetho.bench.timing import Timing
from stetho.clock import SYSTEM_CLOCK
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError
from stetho.stream import Chunk

_CHUNKS = 300
_SETTLING_CHUNKS = 50  # until the clocks were compared a few times
_SLEEP_S = 0.02
_NO_PTY = "not measured: this system has no pty"
_GOAL = Goal(p99_us=5000)


def capture_to_chunk() -> Row:
    """Takes seven seconds: the device runs in real time. Raises ConfigError where there is no pty."""
    with _device() as address, _wakings() as late_us:
        ages_us = asyncio.run(_ages_us(address))
    timing = Timing(float(np.median(ages_us)), float(np.percentile(ages_us, 99)), len(ages_us))
    note = f"a sleep ended {np.percentile(late_us, 99):,.0f} us late meanwhile (p99)"
    return Row("capture_to_chunk_pty", timing, goal=_GOAL, note=note)


@contextmanager
def _wakings() -> Iterator[list[float]]:
    """How late this machine wakes a thread that sleeps, in us, filled while the block runs."""
    late_us: list[float] = []
    over = threading.Event()

    def sleep() -> None:
        before_ns = SYSTEM_CLOCK.monotonic_ns()
        while not over.wait(_SLEEP_S):
            now_ns = SYSTEM_CLOCK.monotonic_ns()
            late_us.append((now_ns - before_ns) / 1000 - 1e6 * _SLEEP_S)
            before_ns = now_ns

    sleeper = threading.Thread(target=sleep, name="stetho-bench-sleeper", daemon=True)
    sleeper.start()
    try:
        yield late_us
    finally:
        over.set()
        sleeper.join()


@contextmanager
def _device() -> Iterator[str]:
    """The address of a device that runs until the block ends."""
    command = [sys.executable, "-m", "stetho", "sim", "--port", "pty", "--json"]
    # S603: our own command, in our own interpreter
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as device:  # noqa: S603
        try:
            ready = device.stdout.readline() if device.stdout is not None else ""
            if not ready:
                raise ConfigError(_NO_PTY)
            yield json.loads(ready)["address"]
        finally:
            device.terminate()


async def _ages_us(address: str) -> list[float]:
    source = open_serial(DeviceUri.parse(address))
    ages: list[float] = []
    await source.open()
    try:
        async with aclosing(source.stream()) as items:  # type: ignore[type-var]  # an async generator, seen as less
            async for item in items:
                if isinstance(item, Chunk):
                    complete_ns = item.t0_ns + len(item) * 1_000_000_000 // item.spec.rate_hz
                    ages.append((SYSTEM_CLOCK.monotonic_ns() - complete_ns) / 1000)
                if len(ages) == _SETTLING_CHUNKS + _CHUNKS:
                    break
    finally:
        await source.close()
    return ages[_SETTLING_CHUNKS:]
