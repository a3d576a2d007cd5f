"""A recording played as a source."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stetho.clock import SYSTEM_CLOCK
from stetho.errors import ConfigError, InputError
from stetho.source import Hole, LinkChange, LinkState, SourceItem, open_uri
from stetho.stream import Chunk, Origin

RATE_HZ = 4000
INT16 = np.random.default_rng(1).integers(-9999, 9999, 2 * RATE_HZ + 37).astype(np.int16)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "a heart.wav"
    soundfile.write(path, INT16, RATE_HZ)
    return path


async def played(address: str) -> tuple[list[SourceItem], list[Chunk]]:
    source, archived = open_uri(address), []

    def archive(chunk: Chunk, holes: tuple[Hole, ...]) -> None:
        assert holes == ()
        archived.append(chunk)

    try:
        info = await source.open()
        assert info.origin is Origin.FILE
        items = [item async for item in source.stream(archive)]
    finally:
        await source.close()
    return items, archived


async def test_every_sample_comes_once_and_the_end_is_said(recording: Path) -> None:
    items, archived = await played(f"{recording.as_uri()}?speed=0")
    chunks = [item for item in items if isinstance(item, Chunk)]
    assert archived == chunks
    assert np.array_equal(np.concatenate([c.chest for c in chunks]), INT16.astype(np.float32) / np.float32(32768))
    assert [item.state for item in items if isinstance(item, LinkChange)] == [LinkState.STREAMING, LinkState.ENDED]


async def test_it_comes_at_its_own_pace_and_never_before_it_could_have_been_captured(recording: Path) -> None:
    source = open_uri(f"{recording.as_uri()}?speed=20")
    await source.open()
    early_ns = []
    first_ns = SYSTEM_CLOCK.monotonic_ns()
    async for item in source.stream():
        if isinstance(item, Chunk):
            complete_ns = item.t0_ns + len(item) / RATE_HZ / 20 * 1e9
            early_ns.append(complete_ns - SYSTEM_CLOCK.monotonic_ns())
    await source.close()
    assert SYSTEM_CLOCK.monotonic_ns() - first_ns >= 2.0 / 20 * 1e9
    assert max(early_ns) <= 1.0  # but for the rounding of a nanosecond


async def test_closing_ends_the_stream_by_itself(recording: Path) -> None:
    source = open_uri(recording.as_uri())
    await source.open()
    items = []
    async with asyncio.timeout(5):
        async for item in source.stream():
            items.append(item)
            if len(items) == 3:
                await source.close()
    await source.close()
    last = items[-1]
    assert isinstance(last, LinkChange)
    assert (last.state, last.reason) == (LinkState.ENDED, "stopped")


async def test_a_file_that_is_not_there_is_refused_on_opening(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        await open_uri(f"file://{tmp_path}/nowhere.wav").open()


def test_a_speed_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConfigError, match="speed=-1"):
        open_uri("file:///a.wav?speed=-1")
