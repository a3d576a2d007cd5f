"""A second ctrl-c waits for nothing."""

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import soundfile

from stetho.cli.live_end import SAME_PRESS_S, LiveEnd
from stetho.engine import Engine
from stetho.events import Event, VerdictEvent
from stetho.file_source import FileSource, Pace


class Unhurried(FileSource):
    """A device that goes on when it is told to stop."""

    async def close(self) -> None:
        pass


async def test_a_second_ctrl_c_aborts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(240_000, np.int16), 4000)
    source, end = Unhurried(path, path.as_uri(), Pace(1)), LiveEnd()
    heard: list[Event] = []
    begun = asyncio.Event()

    def take(event: Event) -> None:
        heard.append(event)
        begun.set()

    handler = signal.getsignal(signal.SIGINT)
    async with Engine(source) as engine:
        listening = asyncio.create_task(end.listen(engine, source, take))
        await begun.wait()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(SAME_PRESS_S + 0.1)
        assert not listening.done()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(listening, 10.0)  # the file goes on for a minute
        await FileSource.close(source)
    assert end.interrupted
    assert not [event for event in heard if isinstance(event, VerdictEvent) and event.final]
    assert signal.getsignal(signal.SIGINT) is handler
