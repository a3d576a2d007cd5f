"""A source faster than the analysis: nothing is split, and the final verdict stays that of the file."""

import asyncio
from pathlib import Path

import soundfile

from hw_sim.heart import Heart, Wish, scenario
from stetho.analysis import analyze
from stetho.engine import Engine
from stetho.events import VerdictEvent
from stetho.source import open_uri

RATE_HZ = 4000


async def finals_of(address: str) -> list[VerdictEvent]:
    async with Engine(open_uri(address)) as engine:
        events = [event async for event in engine.events(VerdictEvent)]
    return [event for event in events if isinstance(event, VerdictEvent) and event.final]


def test_a_file_as_fast_as_it_can_be_read_is_one_take(tmp_path: Path) -> None:
    path = tmp_path / "heart.wav"
    soundfile.write(path, Heart(scenario("murmur", Wish(seed=1011, rate_hz=RATE_HZ))).read(90 * RATE_HZ), RATE_HZ)
    (final,) = asyncio.run(finals_of(f"file://{path}?speed=0"))
    said = analyze(path)
    assert final.murmur == said.murmur.to_json(RATE_HZ)
