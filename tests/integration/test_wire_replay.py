"""A link's bytes, captured and played again: the same chunks, the same ledger."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware_bridge.source import BridgeSource
from firmware_bridge.wire_capture import WireEvent, read_capture
from hw_sim.device import Device
from hw_sim.fault_script import parse_script
from hw_sim.fault_script.chance import random_script
from hw_sim.identity import Identity
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.recipe import Recipe
from hw_sim.replay.device import ReplayedDevice
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.errors import ConnectionLostError
from stetho.source import DeviceUri
from stetho.stream import Origin

SCRIPT = """
seed = 5
drift_ppm = 80
[[fault]]
action = "loss"
share = 0.1
[[fault]]
action = "bit_flips"
rate = 2e-5
[[fault]]
action = "duplication"
share = 0.1
[[fault]]
action = "reordering"
share = 0.1
[[fault]]
action = "stall"
at = "2s"
for = "0.5s"
[[fault]]
action = "disconnect"
at = "4s"
for = "1.5s"
"""


def stream(device, clock, uri="sim://x?reconnect_s=30", wire=None):
    """Everything that comes of a device, in virtual time: its info, the live chunks, the archive's, and the end."""
    archive, live = [], []

    async def run():
        source = BridgeSource(MemoryOpener(device, Pace(1.0, clock)), DeviceUri.parse(uri), clock=clock)
        if wire is not None:
            source.capture_wire(wire)
        info = await source.open()
        lost = False
        try:
            async for item in source.stream(lambda chunk, holes: archive.append((chunk, holes))):
                live.append(item)
        except ConnectionLostError:
            lost = True
        finally:
            await source.close()
        return info, lost, source.statistics()

    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        info, lost, statistics = runner.run(run())
    return info, archive, live, lost, statistics


def said(archive):
    """The archive without its times."""
    return [(chunk.start, chunk.samples.tobytes(), chunk.concealed, chunk.spec, holes) for chunk, holes in archive]


def device_with(script, seed=7, seconds=8.0):
    parsed = parse_script(script)
    programme = Recipe("murmur", seed, seconds=seconds).programme()
    return Device(Identity.of_seed(seed), programme, parsed.faults, drift_ppm=parsed.drift_ppm)


def test_what_was_captured_gives_the_same_chunks_and_the_same_ledger(tmp_path):
    wire = tmp_path / "a.wire"
    info, archive, live, _, statistics = stream(device_with(SCRIPT), VirtualClock(), wire=wire)
    assert statistics.samples_resent
    assert statistics.frames_damaged
    assert statistics.packets_duplicate
    again = stream(ReplayedDevice.of(wire), VirtualClock())
    assert said(again[1]) == said(archive)
    kinds = [type(item) for item in live if hasattr(item, "state") or hasattr(item, "touching")]
    assert [type(item) for item in again[2] if hasattr(item, "state") or hasattr(item, "touching")] == kinds
    assert (again[4].frames_damaged, again[4].packets_duplicate) == (
        statistics.frames_damaged,
        statistics.packets_duplicate,
    )
    assert again[0].serial_number == info.serial_number
    assert again[0].origin is Origin.SIMULATED  # what was made by software stays so
    assert again[0].product == f"{info.product} (replayed)"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_random_scripts_replay_as_they_were(session_seed, heavy_count, tmp_path):
    bad = {}
    for seed in range(session_seed, session_seed + heavy_count(100)):
        script, wire = random_script(seed, 15.0), tmp_path / f"{seed}.wire"
        _, archive, _, lost, _ = stream(device_with(script, seed % 50, 15.0), VirtualClock(), wire=wire)
        _, again, _, lost_again, _ = stream(ReplayedDevice.of(wire), VirtualClock())
        if (said(again), lost_again) != (said(archive), lost):
            bad[seed] = script
        wire.unlink()
    assert not bad, "\n\n".join(f"seed {seed}:\n{script}" for seed, script in bad.items())
