"""The engine's worker: asleep where nothing comes."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stetho.engine import Engine
from stetho.events import LinkEvent
from stetho.file_source import FileSource, Pace
from stetho.source import Archive, LinkChange, LinkState, SourceItem

TASKS = Path("/proc/self/task")


class Idle(FileSource):
    """Connected, and silent until it is closed."""

    async def stream(self, archive: Archive | None = None) -> AsyncIterator[SourceItem]:
        yield LinkChange(LinkState.STREAMING, 0, 0)
        await self._closing.wait()
        yield LinkChange(LinkState.ENDED, 0, 0)


def times_woken(thread: threading.Thread) -> int:
    status = (TASKS / str(thread.native_id) / "status").read_text(encoding="ascii")
    return int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])


@pytest.mark.skipif(not TASKS.is_dir(), reason="only Linux tells how often a thread was woken")
async def test_a_worker_with_nothing_to_do_sleeps_and_wakes_for_what_comes(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(4000, np.int16), 4000)
    source = Idle(path, f"file://{path}", Pace(1))
    states = []
    async with asyncio.timeout(30), Engine(source) as engine:
        async for event in engine.events(LinkEvent):
            states.append(event.state)
            if event.state is LinkState.STREAMING:
                (worker,) = (thread for thread in threading.enumerate() if thread.name == "stetho-worker")
                await asyncio.sleep(0.05)  # it goes to sleep
                before = times_woken(worker)
                await asyncio.sleep(0.4)
                assert times_woken(worker) - before <= 1
                await source.close()
    assert states == [LinkState.STREAMING, LinkState.ENDED]
