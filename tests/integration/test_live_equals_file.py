"""What a device streams over a real serial port is saved sample for sample, and judged exactly as the saved file is."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from hw_sim.pace import Pace
from hw_sim.ports.pty import PtyPort
from hw_sim.recipe import Recipe
from stetho.analysis import analyze
from stetho.engine import Engine
from stetho.events import VerdictEvent
from stetho.records.recorder import Recorder
from stetho.source import open_uri

pytestmark = pytest.mark.slow

SPEED = 16


@dataclass(frozen=True, slots=True)
class Played:
    """What came of playing one recording over a pty."""

    finals: list[VerdictEvent]
    saved: Path


async def play(recording: Path, saved: Path) -> Played:
    async with PtyPort(Recipe(file=recording).device(), Pace(SPEED)) as port:
        recorder = Recorder(saved)
        try:
            async with Engine(open_uri(port.address), archive=recorder) as engine:
                events = [event async for event in engine.events(VerdictEvent)]
        except BaseException:
            recorder.abandon()
            raise
    await asyncio.to_thread(recorder.finish, engine.device)
    finals = [event for event in events if isinstance(event, VerdictEvent) and event.final]
    return Played(finals, saved)


def test_40_recordings_over_a_serial_port(forty_recordings: list[Path], tmp_path: Path) -> None:
    differing = []
    for number, recording in enumerate(forty_recordings):
        played = asyncio.run(play(recording, tmp_path / f"{number}.wav"))
        original, _ = soundfile.read(recording, dtype="int16")
        saved, _ = soundfile.read(played.saved, dtype="int16")
        assert np.array_equal(original, saved), recording.name
        said = analyze(recording)
        assert said.provenance is not None
        made_of = replace(said.provenance, file_sha256=None).to_json()
        expected = [(said.murmur.to_json(said.spec.rate_hz), made_of)]
        if [(final.murmur, final.provenance) for final in played.finals] != expected:
            differing.append((recording.name, played.finals, said.murmur))
    assert not differing
