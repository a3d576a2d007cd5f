"""Many devices at once, in real time: what one machine can hear, record and judge without losing any.

A process has one place for Python to run, so there are as many processes as processors, and each has its share of the
streams; `stetho live` and `stetho record` take a process for each device in any case.

The devices cost little: their heart was made ahead, once for all, and all that is left is to pack 20 ms of it when they
are due, which takes 17 us. What is measured is all that comes after: the bridge, the recording with its journal and its
sync to the disk, the stages, the network, and a listener of each stream's events.
"""

import asyncio
import contextlib
import multiprocessing
import os
import tempfile
from collections.abc import Awaitable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import numpy as np

from firmware_bridge.source import BridgeSource
from hw_sim.device import Device
from hw_sim.identity import Identity
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.programme import Part, Programme
from hw_sim.recipe import Recipe
from hw_sim.sound import Pcm
from hw_sim.truth import Truth
from stetho.artifacts import pinned_model
from stetho.clock import SYSTEM_CLOCK
from stetho.device_uri import DeviceUri
from stetho.engine import Engine
from stetho.events import Event, VerdictEvent, WaveEvent
from stetho.inference.session import MurmurModel
from stetho.records.recorder import Recorder
from stetho.trust.trusted_by import TrustedBy

RATE_HZ = 4000
SETTLING_S = 2.0
"""Until the clocks were compared a few times; what comes before has no age that can be relied on."""
AGED_MS = 100.0
PIECE = RATE_HZ // 50
_TOGETHER_S = 120.0
"""For so long processes wait for one another: whichever is missing then has failed."""

Heard = tuple[bool, list[float]]
"""Of one stream: whether it came through whole, and its ages in ms."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How so many streams fared together. lost: how many of them missed a sample anywhere, or their final verdict.

    ages_ms: of the newest sample of each 20 ms when its listener got it, all streams together.
    """

    streams: int
    lost: int
    ages_ms: np.ndarray[tuple[int], np.dtype[np.float64]]
    processes: int = 1

    @property
    def median_ms(self) -> float:
        return float(np.median(self.ages_ms))

    @property
    def p99_ms(self) -> float:
        return float(np.percentile(self.ages_ms, 99))

    @property
    def good(self) -> bool:
        return not self.lost and self.p99_ms < AGED_MS


class _Kept:
    """Samples that were made ahead, as a heart would give them."""

    def __init__(self, samples: Pcm, rate_hz: int) -> None:
        self._samples, self._at = samples, 0
        self.rate_hz = rate_hz

    def read(self, count: int) -> Pcm:
        piece = self._samples[self._at : self._at + count]
        self._at += len(piece)
        return piece


def rendered(seconds: float) -> Pcm:
    """What each of the devices hears: a heart with a murmur, at 4 kHz."""
    return Truth(Recipe("murmur", seed=7)).samples(seconds)


def tried(sound: Pcm, streams: int) -> Trial:
    """Runs so many at once, begun evenly over a second, as people would; takes as long as the sound and a few seconds."""
    shares = shared(streams, processors())
    heard = _apart(sound, streams, shares) if len(shares) > 1 else _together(sound, streams, shares[0])
    ages_ms = np.concatenate([np.array(ages) for _, ages in heard])
    return Trial(streams, sum(not whole for whole, _ in heard), ages_ms, len(shares))


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared(streams: int, processes: int) -> list[range]:
    """The numbers of the streams that each process has: every so manieth, so that they begin in turns."""
    count = min(streams, processes)
    return [range(first, streams, count) for first in range(count)]


def _apart(sound: Pcm, streams: int, shares: Sequence[range]) -> list[Heard]:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(shares))
    with ProcessPoolExecutor(len(shares), context, _meet_at, (barrier,)) as pool:
        parts = [pool.submit(_together, sound, streams, share) for share in shares]
        return [heard for part in parts for heard in part.result()]


_barrier: list[Barrier] = []


def _meet_at(barrier: Barrier) -> None:
    """In each process, before its share."""
    _barrier.append(barrier)


def _together(sound: Pcm, streams: int, share: range) -> list[Heard]:
    """A process's share; begins when the others are as far."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_all(sound, streams, share, Path(folder)))


async def _all(sound: Pcm, streams: int, share: range, folder: Path) -> list[Heard]:
    listeners = [_Listener(sound, number, folder / f"{number}.wav") for number in share]
    async with contextlib.AsyncExitStack() as stack:
        for listener in listeners:
            await stack.enter_async_context(listener.engine)
        for barrier in _barrier:
            await asyncio.to_thread(barrier.wait, _TOGETHER_S)
        turns: list[Awaitable[None]] = [
            listener.listen(after_s=number / streams) for number, listener in zip(share, listeners, strict=True)
        ]
        await asyncio.gather(*turns)
    return [(listener.finished(), listener.ages_ms) for listener in listeners]


class _Listener:
    """One device, its recording and its analysis, and somebody who watches."""

    def __init__(self, sound: Pcm, number: int, path: Path) -> None:
        heart = Part(lambda rate_hz: _Kept(sound, rate_hz), len(sound) / RATE_HZ)
        device = Device(Identity.of_seed(number), Programme((heart,), (RATE_HZ,)))
        self._source = BridgeSource(MemoryOpener(device, Pace(1.0)), DeviceUri.parse("sim://murmur"))
        self._recorder = Recorder(path)
        model = MurmurModel.of(pinned_model("murmur"), TrustedBy.STETHO)  # each stream has a thread, so each its own
        self.engine = Engine(self._source, model=model, archive=self._recorder)
        self._wanted = len(sound)
        self._drawn = self._verdicts = self._missed = 0
        self.ages_ms: list[float] = []

    async def listen(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        events = self.engine.subscribe()
        self.engine.start()
        async for event in events:
            self._take(event)
        self._missed = events.statistics().dropped + self.engine.statistics()["live"].dropped

    def _take(self, event: Event) -> None:
        match event:
            case WaveEvent():
                self._drawn += len(event.samples)
                now_ns = SYSTEM_CLOCK.monotonic_ns()
                # Chunks that waited come as one, and each of them has its age.
                for stop in range(len(event.samples), 0, -PIECE):
                    if event.start + stop > SETTLING_S * event.rate_hz:
                        self.ages_ms.append((now_ns - event.t0_ns) / 1e6 - 1e3 * stop / event.rate_hz)
            case VerdictEvent(final=True):
                self._verdicts += 1
            case _:
                pass

    def finished(self) -> bool:
        """Saves; whether every sample came, was in time, was drawn and saved, and was judged in the end."""
        saved = self._recorder.finish(self.engine.device)
        link = self._source.statistics()
        missing = (link.samples_lost, link.samples_concealed, link.samples_stale, link.items_missed, saved.samples_lost)
        whole = self._drawn == round(saved.duration_s * RATE_HZ) == self._wanted
        return whole and not any(missing) and not self._missed and self._verdicts == 1
