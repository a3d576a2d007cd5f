"""A recording that is killed: opens again, at most its last second missing, and never called saved when it was not.

The device runs here, so that what its link really carried is known; the recorder is a process of its own, killed with
signal 9 at random moments: before the first sound, behind holes, in mid-reconnect, and while it saves.
"""

import asyncio
import hashlib
import json
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware_bridge.wire import Audio, PacketDecoder
from hw_sim.device import Device
from hw_sim.faults import BitFlips, Disconnect, Duplication, Fault, Jitter, Loss, Reordering
from hw_sim.hearing import Hearing
from hw_sim.identity import Identity
from hw_sim.pace import Pace
from hw_sim.ports.tcp import TcpPort
from hw_sim.recipe import Recipe
from hw_sim.warm import warm
from stetho.records.cut_off import find_cut_off, recover

RATE_HZ = 4000
AT_ONCE = 2
LAST_S = 1.0
IN_FLIGHT_S = 0.5
"""What was on its way when a link broke went with it: a busy host may not have read it yet."""


class Carried(Fault):
    """The last of a device's faults: notes what got through to the link, and when."""

    def __init__(self) -> None:
        self.packets: list[tuple[float, int, int]] = []
        self.began_s = 0.0
        self._decoder = PacketDecoder()

    def begin(self, now_us):
        self.began_s = time.monotonic()

    def pass_on(self, frame):
        for message in self._decoder.feed(frame.data):
            if isinstance(message, Audio):
                self.packets.append((time.monotonic(), message.first_sample, message.first_sample + message.samples))
        return (frame,)


@dataclass(frozen=True)
class Trial:
    """One recording, one kill. Times in seconds since the stream began."""

    seed: int
    suffix: str
    seconds: float | None
    kill_s: float
    gone: tuple[float, float] | None
    loss: float

    @classmethod
    def of(cls, seed: int) -> "Trial":
        draw = random.Random(seed)
        seconds = draw.choice([None, draw.uniform(0.3, 2.0)])
        kill_s = draw.uniform(0.0, 3.5) if seconds is None else seconds + draw.uniform(-0.1, 0.5)
        gone = (draw.uniform(0.3, 2.0), draw.uniform(0.2, 1.2)) if draw.random() < 0.4 else None
        loss = draw.choice([0.0, draw.uniform(0.0, 0.1), draw.uniform(0.4, 0.6)])  # much: some holes stay open for long
        return cls(seed, draw.choice([".wav", ".flac"]), seconds, kill_s, gone, loss)

    def faults(self) -> tuple[Fault, ...]:
        chance = (
            Loss(self.loss, self.seed),
            Duplication(0.05, self.seed),
            BitFlips(2e-5, self.seed),
            Reordering(0.05, 45_000, self.seed),
            Jitter(30_000, self.seed),
        )
        return chance if self.gone is None else (*chance, Disconnect(*(int(s * 1e6) for s in self.gone)))


class Prepared:
    """The trial's device, on a TCP port of a thread of its own while it is entered."""

    def __init__(self, trial: Trial) -> None:
        self.programme = Recipe("murmur", trial.seed % 50).programme()
        self.carried = Carried()
        self._device = Device(Identity.of_seed(trial.seed % 1000), self.programme, (*trial.faults(), self.carried))
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    async def _serve(self) -> None:
        async with TcpPort(self._device, Pace()) as port:
            self.address = port.address
            self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
            self._ready.set()
            await self._stop.wait()

    def __enter__(self) -> str:
        self._thread.start()
        self._ready.wait()
        return self.address

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


def tried(trial: Trial, folder: Path) -> str:
    """Records, kills, opens again, and says what is wrong; empty where all is well."""
    folder.mkdir()
    audio = folder / f"a{trial.suffix}"
    prepared = Prepared(trial)
    with prepared as address:
        command = [sys.executable, "-m", "stetho", "record", address, "-o", str(audio), "--json", "--quiet"]
        if trial.seconds is not None:
            command += ["--seconds", str(trial.seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            while not prepared.carried.packets and process.poll() is None:
                time.sleep(0.005)
            time.sleep(trial.kill_s)
            killed_s = time.monotonic()
            process.kill()
            out, err = process.communicate(timeout=120)
    if "Traceback" in err or (process.returncode != -9 and process.returncode != 0):
        return f"it ended with {process.returncode}: {err}"
    if '"saved"' in out and (list(folder.glob("*.part")) or json.loads(out)["cut_off"]):
        return "it said saved, and was not"
    for journal in find_cut_off(folder):
        recover(journal)
    return wrong(trial, audio, prepared, killed_s)


def wrong(trial: Trial, audio: Path, prepared: Prepared, killed_s: float) -> str:
    sure = np.zeros(60 * RATE_HZ, bool)
    for came_s, start, stop in prepared.carried.packets:
        since_s = came_s - prepared.carried.began_s
        in_flight = trial.gone is not None and abs(since_s - trial.gone[0]) < IN_FLIGHT_S
        if came_s < killed_s - LAST_S and not in_flight:
            sure[start:stop] = True
    if not audio.exists():
        return "nothing can be opened" if sure.any() else ""
    sidecar = json.loads(audio.with_suffix(".json").read_text(encoding="utf-8"))
    if sidecar["audio_sha256"] != hashlib.sha256(audio.read_bytes()).hexdigest():
        return "the sidecar is another file's"
    recording = soundfile.read(audio, dtype="int16")[0]
    lost = np.zeros(len(recording), bool)
    for entry in sidecar["ledger"]:
        if entry["fate"] == "lost":
            lost[entry["start"] : entry["stop"]] = True
    truth = Hearing(prepared.programme, RATE_HZ, ()).read(len(recording))[0]
    if not np.array_equal(recording[~lost], truth[~lost]) or recording[lost].any():
        return "it is not what the device sent"
    # With --seconds, what came after the end was not asked for.
    there = np.zeros(len(sure), bool)
    there[: len(recording)] = ~lost
    if not sidecar["cut_off"]:
        sure[len(recording) :] = False
    if np.any(sure & ~there):
        return f"sample {np.argmax(sure & ~there)} came over a second before the kill and is missing"
    return ""


@pytest.fixture(scope="module", autouse=True)
def warmed():
    """Several threads that compile at once are no test of ours."""
    warm()


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(sys.platform == "win32", reason="signal 9 is of POSIX")
def test_100_kills(session_seed, heavy_count, tmp_path, validate):
    count = heavy_count(100)
    trials = [Trial.of(session_seed + at) for at in range(count)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = list(pool.map(lambda trial: tried(trial, tmp_path / str(trial.seed)), trials))
    assert [(trial, what) for trial, what in zip(trials, said, strict=True) if what] == []
    sidecars = [json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("*/a.json")]
    for sidecar in sidecars:
        validate("recording", sidecar)
    cut = sum(sidecar["cut_off"] for sidecar in sidecars)
    print(
        f"{count} kills: {cut} recordings cut off, {len(sidecars) - cut} complete, {count - len(sidecars)} without sound"
    )
