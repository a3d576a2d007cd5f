"""A device that freezes and thaws, in a process of its own on a real pty: said lost, and its backlog never live."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hw_sim.ports.choose import has_pty
from stetho.clock import SYSTEM_CLOCK
from stetho.engine import Engine
from stetho.events import Event, LinkEvent, WaveEvent
from stetho.source import Hole, HoleFate, LinkState, open_uri
from stetho.stream import Chunk

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not has_pty(), reason="this system has no pty")]

STALE_S = 1.0
DRAWING_S = 0.5
"""From the bridge to the listener: a worker, a hub and an event loop on a busy machine."""


def stetho(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "stetho", *arguments]


@pytest.fixture
def device() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `stetho sim` on a pty, and its address."""
    command = stetho("sim", "murmur", "--seed", "7", "--port", "pty", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield running, json.loads(running.stdout.readline())["address"]
        finally:
            running.send_signal(signal.SIGCONT)
            running.kill()


@dataclass
class Heard:
    """What an engine said, with its age when it was said."""

    states: list[tuple[LinkState, float | None]] = field(default_factory=list)
    waves: list[WaveEvent] = field(default_factory=list)
    ages_s: list[float] = field(default_factory=list)
    archive: list[Chunk] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)
    last: LinkEvent | None = None

    def take(self, event: Event) -> None:
        if isinstance(event, WaveEvent):
            self.waves.append(event)
            self.ages_s.append((SYSTEM_CLOCK.monotonic_ns() - event.t0_ns) / 1e9 - len(event.samples) / event.rate_hz)
        if isinstance(event, LinkEvent):
            self.last = event
            if not self.states or self.states[-1][0] is not event.state:
                self.states.append((event.state, event.age_ms))

    def save(self, chunk: Chunk, holes: tuple[Hole, ...]) -> None:
        self.archive.append(chunk)
        self.holes.extend(holes)


async def freeze(running: "subprocess.Popen[str]", address: str, frozen_s: float) -> Heard:
    heard = Heard()
    source = open_uri(f"{address}?reconnect_s=20")
    async with Engine(source, archive=heard.save) as engine:
        reading = asyncio.create_task(read(engine, heard))
        await asyncio.sleep(2)
        running.send_signal(signal.SIGSTOP)
        await asyncio.sleep(frozen_s)
        running.send_signal(signal.SIGCONT)
        await asyncio.sleep(4)
        await source.close()
        await reading
    return heard


async def read(engine: Engine, heard: Heard) -> None:
    async for event in engine.events():
        heard.take(event)


@pytest.mark.parametrize("frozen_s", [1.8, 5.0])
def test_a_backlog_is_never_drawn_and_the_archive_keeps_it(
    device: tuple[subprocess.Popen[str], str], frozen_s: float
) -> None:
    heard = asyncio.run(freeze(*device, frozen_s))
    states = [state for state, _ in heard.states if state is not LinkState.LOST]
    assert states == [
        LinkState.STREAMING, LinkState.STALLED, LinkState.RESUMED, LinkState.STREAMING, LinkState.ENDED,
    ]  # fmt: skip
    said_ms = dict(heard.states)[LinkState.STALLED]
    assert said_ms is not None
    assert said_ms <= 1000, "signal lost is said within a second of the last sample"
    assert max(heard.ages_s) <= STALE_S + DRAWING_S
    gaps = [b.start - a.start - len(a.samples) for a, b in pairwise(heard.waves)]
    assert sum(gap > 0 for gap in gaps) == 1, "what was frozen is a gap of the live side"
    assert max(gaps) / 4000 >= frozen_s - STALE_S - DRAWING_S
    lost = sum(len(hole.span) for hole in heard.holes if hole.fate is HoleFate.LOST)
    assert lost == 0
    assert all(a.stop == b.start for a, b in pairwise(heard.archive))
    assert np.all([a.t0_ns <= b.t0_ns for a, b in pairwise(heard.archive)])
    assert heard.archive[-1].stop >= heard.waves[-1].start


def test_live_says_lost_within_a_second_and_scores_nothing_old(
    device: tuple[subprocess.Popen[str], str], validate: Callable[[str, Any], None]
) -> None:
    running, address = device
    with subprocess.Popen(stetho("live", address, "--json"), stdout=subprocess.PIPE, text=True) as live:
        assert live.stdout is not None
        os.set_blocking(live.stdout.fileno(), True)
        events: list[dict[str, Any]] = []
        stopped_s = stalled_s = 0.0
        for line in live.stdout:
            events.append(json.loads(line))
            now_s, state = time.monotonic(), events[-1].get("state")
            if not stopped_s and events[-1].get("samples_received", 0) > 4000:
                running.send_signal(signal.SIGSTOP)
                stopped_s = time.monotonic()
            elif state == "stalled":
                stalled_s = now_s
                time.sleep(max(0.0, stopped_s + 2.0 - now_s))
                running.send_signal(signal.SIGCONT)
            elif stalled_s and events[-1]["event"] == "verdict" and events[-1]["t_s"] > events[0]["t_s"] + 9:
                break
        live.send_signal(signal.SIGINT)
        live.wait(timeout=120)
    for event in events:
        validate("live", event)
    assert stalled_s - stopped_s <= 1.0
    after = events[[event.get("state") for event in events].index("resumed") :]
    assert all(event["age_ms"] <= 1000 * (STALE_S + 1) for event in after if event["event"] == "verdict")
    assert any(event.get("samples_stale", 0) > 0 for event in after)


def test_live_that_was_stopped_itself_goes_on_and_scores_nothing_old(device: tuple[subprocess.Popen[str], str]) -> None:
    """Longer than a lost device is looked for: it was not the device that was away, and the archive has what it held."""
    _, address = device
    command = stetho("live", address, "--json", "--reconnect-s", "3")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as live:
        assert live.stdout is not None
        events: list[dict[str, Any]] = []
        thawed_t_s = 0.0
        for line in live.stdout:
            events.append(json.loads(line))
            if not thawed_t_s and events[-1].get("samples_received", 0) > 4000:
                live.send_signal(signal.SIGSTOP)
                time.sleep(6)
                live.send_signal(signal.SIGCONT)
                thawed_t_s = events[-1]["t_s"] + 6
            elif thawed_t_s and events[-1].get("state") == "streaming" and events[-1]["t_s"] > thawed_t_s + 4:
                break
        live.send_signal(signal.SIGINT)
        live.wait(timeout=120)
    last = events[-1]
    assert last["age_ms"] < 1000 * STALE_S
    assert last["samples_stale"] > 0
    assert last["overflows"] > 0, "the pty and the device's queue hold less than six seconds"
    assert last["samples_lost"] == 0
    assert all(event["age_ms"] <= 1000 * (STALE_S + 1) for event in events if event["event"] == "verdict")
