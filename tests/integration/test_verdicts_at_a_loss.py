"""What 2 % of lost packets do to verdicts on real recordings: nothing with resends, next to nothing without."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware_bridge.source import BridgeSource
from hw_sim.device import Device
from hw_sim.faults import Loss
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.recipe import Recipe
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.analysis import analyze
from stetho.device_uri import DeviceUri
from stetho.records.recorder import Recorder

pytestmark = pytest.mark.slow

LOSS = 0.02


def recorded(recording: Path, saved: Path, ring_s: float, seed: int) -> None:
    """Plays a recording over a link that loses packets, and saves what came, in virtual time."""
    plain = Recipe(file=recording).device()
    device = Device(replace(plain.identity, ring_s=ring_s), plain.programme, (Loss(LOSS, seed),))
    clock = VirtualClock()
    recorder = Recorder(saved, clock=clock)

    async def hear():
        source = BridgeSource(MemoryOpener(device, Pace(1.0, clock)), DeviceUri.parse("sim://loss"), clock=clock)
        info = await source.open()
        try:
            async for _ in source.stream(recorder):
                pass
        finally:
            await source.close()
        return info

    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        info = runner.run(hear())
    recorder.finish(info)


def test_with_resends_40_of_40(forty_recordings, tmp_path):
    for number, recording in enumerate(forty_recordings):
        saved = tmp_path / f"{number}.wav"
        recorded(recording, saved, ring_s=30.0, seed=number)
        assert np.array_equal(soundfile.read(recording, dtype="int16")[0], soundfile.read(saved, dtype="int16")[0])
        assert analyze(recording).murmur == analyze(saved).murmur, recording.name


def test_without_resends_38_of_40_at_least(forty_recordings, tmp_path):
    equal, differing, shares = 0, [], []
    for number, recording in enumerate(forty_recordings):
        saved = tmp_path / f"{number}.wav"
        recorded(recording, saved, ring_s=0.0, seed=number)
        of_file, of_link = analyze(recording), analyze(saved)
        shares.append(of_link.concealed_share)
        if of_file.murmur.label == of_link.murmur.label:
            equal += 1
        else:
            differing.append((recording.name, of_file.murmur, of_link.murmur))
    print(f"{equal} of 40 equal at a loss of {100 * LOSS:g} %, {100 * np.mean(shares):.2f} % concealed; {differing}")
    assert 0.01 < np.mean(shares) < 0.04
    assert equal >= 38
