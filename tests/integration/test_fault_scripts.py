"""Whatever goes wrong, a recording is the device's own signal sample for sample, or its ledger says exactly where not.

Random fault scripts, through the bridge's own source and the recorder, in virtual time. The truth comes from the
simulator's side: what its microphone heard, and what its link delivered, decoded beside the bridge.
"""

import asyncio
import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware_bridge.source import BridgeSource
from firmware_bridge.wire import Audio, PacketDecoder
from hw_sim.core import core_of
from hw_sim.device import Device
from hw_sim.fault_script import parse_script
from hw_sim.fault_script.actions import ACTIONS
from hw_sim.fault_script.chance import random_script
from hw_sim.faults import Disconnect, Reboot, RingOverflow
from hw_sim.hearing import Hearing
from hw_sim.heart.draw import Draw
from hw_sim.identity import Identity
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.recipe import Recipe
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.device_uri import DeviceUri
from stetho.errors import ConnectionLostError
from stetho.records.recorder import Recorder
from stetho.stream import Chunk

RATE_HZ = 4000
NOT_YET = np.iinfo(np.int64).max
RECONNECT_S = 30


@dataclass
class Life:
    """The device from one switching on to the next: what of its stream the link delivered, and when first.

    base: where the host put its sample 0; below 0 where it never came so far. Moments are counted, not timed. A life that
    ends before it delivers a sample leaves its base to the next.
    """

    base: int = -1
    delivered: bool = False
    came_at: np.ndarray = field(default_factory=lambda: np.full(120 * RATE_HZ, NOT_YET))
    came: np.ndarray = field(default_factory=lambda: np.zeros(120 * RATE_HZ, np.int16))
    came_resent: np.ndarray = field(default_factory=lambda: np.zeros(120 * RATE_HZ, bool))


class Tap:
    """Sits on the link between device and bridge: an Opener and a Receiver."""

    def __init__(self, device: Device, clock: VirtualClock) -> None:
        self.device, self.clock = device, clock
        self.opener = MemoryOpener(device, Pace(1.0, clock))
        self.lives: dict[int, Life] = {}
        self.source: BridgeSource | None = None
        self.moment = 0
        self.archived_at = np.full(120 * RATE_HZ, NOT_YET)

    async def open(self, receiver):
        self.decoder, self.receiver = PacketDecoder(), receiver
        return await self.opener.open(self)

    def lost(self, reason: str) -> None:
        self.receiver.lost(reason)

    def received(self, data: bytes) -> None:
        self.moment += 1
        if self.device._booted_us not in self.lives:
            self.lives[self.device._booted_us] = Life()
        life = self.lives[self.device._booted_us]
        for message in self.decoder.feed(data):
            if isinstance(message, Audio):
                life.delivered = True
                span = slice(message.first_sample, message.first_sample + message.samples)
                life.came[span] = message.pcm()[0]
                first_at = life.came_at[span]
                first_at[first_at == NOT_YET] = self.moment
                life.came_resent[span] |= message.resent
        self.receiver.received(data)
        if self.source._stream is not None and self.source._stream._intake._live.begun:
            base = self.source._stream._intake._assembler._indices._base
            if base not in {other.base for other in self.lives.values() if other.delivered}:
                life.base = base

    def archive(self, chunk: Chunk) -> None:
        self.archived_at[chunk.start : chunk.stop] = self.moment


@dataclass(frozen=True)
class Story:
    """A script, what came of it, and what should have."""

    script: str
    codec: str
    heard: np.ndarray
    recording: np.ndarray
    ledger: list[dict]
    tap: Tap
    gave_up: bool

    def of(self, fate: str) -> np.ndarray:
        marked = np.zeros(len(self.recording), bool)
        for entry in self.ledger:
            if entry["fate"] == fate:
                marked[entry["start"] : entry["stop"]] = True
        return marked


def played(seed: int, saved: Path, core: str = "python") -> Story:
    """A heart of 12 to 36 s under a script of chance; every third comes as ADPCM."""
    codec = "adpcm" if seed % 3 == 2 else "pcm16"
    seconds = Draw.of(seed, "gate").between(12.0, 36.0)
    script = random_script(seed, seconds)
    parsed = parse_script(script)
    programme = Recipe("murmur", seed % 50, seconds=seconds).programme()
    clock = VirtualClock()
    device = Device(Identity.of_seed(seed), programme, parsed.faults, drift_ppm=parsed.drift_ppm, core=core_of(core))
    tap = Tap(device, clock)
    recorder = Recorder(saved, overwrite=True, clock=clock)
    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        info, gave_up = runner.run(recorded(tap, recorder, codec))
    recorder.finish(info)
    heard = Hearing(programme, RATE_HZ, parse_script(script).faults).read(60 * RATE_HZ)[0]
    ledger = json.loads(saved.with_suffix(".json").read_text(encoding="utf-8"))["ledger"]
    return Story(script, codec, heard, soundfile.read(saved, dtype="int16")[0], ledger, tap, gave_up)


async def recorded(tap: Tap, recorder: Recorder, codec: str):
    def archive(chunk, holes) -> None:
        tap.archive(chunk)
        recorder(chunk, holes)

    uri = DeviceUri.parse(f"sim://gate?reconnect_s={RECONNECT_S}&codec={codec}")
    source = tap.source = BridgeSource(tap, uri, clock=tap.clock)
    info, gave_up = await source.open(), False
    try:
        async for _ in source.stream(archive):
            pass
    except ConnectionLostError:
        gave_up = True
    finally:
        await source.close()
    return info, gave_up


def wrong(story: Story) -> str:
    """What is not as it must be; empty where all is well."""
    lost, resent = story.of("lost"), story.of("resent")
    if np.any(story.recording[lost]):
        return "something stands where samples are said to be lost"
    lives = sorted(
        (life for life in story.tap.lives.values() if life.delivered and life.base >= 0), key=lambda life: life.base
    )
    stops = [life.base for life in lives[1:]] + [len(story.recording)]
    for life, stop in zip(lives, stops, strict=True):
        piece = slice(life.base, stop)
        size = stop - life.base
        if np.any(~lost[piece] & (story.recording[piece] != life.came[:size])):
            return f"from sample {life.base} on, the recording is not what came"
        if story.codec == "pcm16" and not is_a_piece(story.recording[piece], ~lost[piece], story.heard):
            return f"from sample {life.base} on, the recording is not what the device heard"
        in_time = life.came_at[:size] <= story.tap.archived_at[piece]
        if np.any(lost[piece] & in_time):
            return f"sample {life.base + int(np.argmax(lost[piece] & in_time))} came, and is said to be lost"
        if np.any(resent[piece] & ~life.came_resent[:size]):
            return "a sample is said to be resent that never was"
    if np.any(lost) and not may_lose(story.script):
        return f"{np.count_nonzero(lost)} samples are lost that the device still had"
    if not may_lose(story.script) and len(story.recording) != len(story.heard) and "low_battery" not in story.script:
        return f"{len(story.recording)} samples are saved of {len(story.heard)}"
    return "the bridge gave up" if story.gave_up and not may_give_up(story.script) else ""


def is_a_piece(recording: np.ndarray, there: np.ndarray, heard: np.ndarray) -> bool:
    """Whether, wherever it is there, a recording is what was heard from some moment on."""
    where = np.flatnonzero(there)
    if not len(where):
        return True
    first, latest = recording[where], len(heard) - int(where[-1])
    candidates = np.arange(max(latest, 0))
    for at in (0, len(where) // 3, len(where) // 2, len(where) - 1):
        candidates = candidates[heard[candidates + where[at]] == first[at]]
    return any(np.array_equal(heard[where + start], first) for start in candidates)


def gone_us(script: str, *kinds: type) -> int:
    """How long such faults last together."""
    return sum(fault.window.for_us for fault in parse_script(script).faults if isinstance(fault, kinds))


def may_lose(script: str) -> bool:
    """A device that forgets may lose; so may one that is away for longer than its ring is deep."""
    forgets = any(isinstance(fault, Reboot | RingOverflow) for fault in parse_script(script).faults)
    return forgets or gone_us(script, Disconnect) > 20_000_000


def may_give_up(script: str) -> bool:
    """Where nobody is there for long, or the battery is empty: an empty device begins no other stream."""
    return gone_us(script, Disconnect, Reboot) > 20_000_000 or ("low_battery" in script and "reboot" in script)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("core", "scripts"), [("python", 1000), ("c", 300)])
def test_random_scripts(core, scripts, session_seed, heavy_count, tmp_path):
    if core == "c" and shutil.which("cc") is None:
        pytest.skip("this system has no C compiler")
    count, bad, seen, lost = heavy_count(scripts), {}, Counter(), 0
    for seed in range(session_seed, session_seed + count):
        story = played(seed, tmp_path / "saved.wav", core)
        if fault := wrong(story):
            bad[seed] = f"{fault}\n{story.script}"
        seen.update(action for action in ACTIONS if f'"{action}"' in story.script)
        lost += bool(np.any(story.of("lost")))
    print(f"{core}: {count} scripts, {lost} with losses; {dict(seen)}")
    assert not bad, "\n\n".join(f"seed {seed}: {text}" for seed, text in bad.items())
    assert count < 100 or set(seen) == set(ACTIONS)


@pytest.mark.parametrize("seed", [1, 20, 36, 98, 1518296416])
def test_a_few_random_scripts(seed, tmp_path):
    assert wrong(played(seed, tmp_path / "saved.wav")) == ""


def test_the_judge_sees_what_is_wrong(tmp_path):
    story = played(58, tmp_path / "saved.wav")
    lost = np.flatnonzero(story.of("lost"))
    assert len(lost)
    story.recording[lost[0]] = 1
    assert "something stands" in wrong(story)
    story.recording[lost[0]] = 0
    story.recording[lost[0] - 100] ^= 1
    assert "not what came" in wrong(story)
    story.recording[lost[0] - 100] ^= 1
    story.heard[:] ^= 1
    assert "not what the device heard" in wrong(story)
    story.heard[:] ^= 1
    story.recording[lost[0] - 1] = 0
    entry = next(entry for entry in story.ledger if entry["fate"] == "lost")
    entry["start"] -= 1
    assert "is said to be lost" in wrong(story)
