"""`stetho record`, against a device on a port: exact, and kept however it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from hw_sim.background import BackgroundDevice
from hw_sim.recipe import Recipe
from stetho.records.recorder import Recorder
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000
SENT = np.random.default_rng(5).integers(-20_000, 20_000, 4 * RATE_HZ).astype(np.int16)
PORTS = ["tcp", *(["pty"] if os.name == "posix" else [])]


@pytest.fixture
def played(tmp_path: Path) -> Path:
    """A recording that a device plays."""
    path = tmp_path / "sent.wav"
    soundfile.write(path, SENT, RATE_HZ)
    return path


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_what_was_played_is_what_was_saved(
    tmp_path: Path, played: Path, command: Callable[..., Any], port: str, suffix: str
) -> None:
    path = tmp_path / f"saved{suffix}"
    with BackgroundDevice(Recipe(file=played), port, 20.0) as device:
        said = command("record", device.address, "-o", path, "--json", "--site", "AV")
    assert said.code == 0, said
    assert json.loads(said.out)["saved"] == str(path)
    assert np.array_equal(soundfile.read(path, dtype="int16")[0][: SENT.size], SENT)
    sidecar = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (sidecar["origin"], sidecar["site"], sidecar["ledger"]) == ("replayed", "AV", [])


def test_lost_packets_are_resent_and_the_ledger_says_so(
    tmp_path: Path, played: Path, command: Callable[..., Any]
) -> None:
    path = tmp_path / "saved.wav"
    with BackgroundDevice(Recipe(file=played, loss=0.05), "tcp", 10.0) as device:
        assert command("record", device.address, "-o", path).code == 0
    assert np.array_equal(soundfile.read(path, dtype="int16")[0][: SENT.size], SENT)
    sidecar = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert {hole["fate"] for hole in sidecar["ledger"]} == {"resent"}
    assert sidecar["samples_lost"] == 0


def test_it_stops_after_the_seconds_that_were_asked_for(tmp_path: Path, command: Callable[..., Any]) -> None:
    path = tmp_path / "saved.wav"
    with BackgroundDevice(Recipe("murmur", 7), "tcp", 5.0) as device:
        said = command("record", device.address, "-o", path, "--seconds", "2")
    assert said.code == 0, said
    assert "SIMULATED" in soundfile.SoundFile(path).title
    assert soundfile.info(path).duration == 2.0
    assert "Saved" in said.out


def test_seconds_are_kept_to_the_sample_however_fast_they_come(tmp_path: Path, command: Callable[..., Any]) -> None:
    path = tmp_path / "saved.wav"
    said = command("record", "sim://murmur?seed=7&speed=0", "-o", path, "--seconds", "3.0001", "--json")
    assert (said.code, json.loads(said.out)["duration_s"]) == (0, 3.0)
    assert soundfile.info(path).frames == 3 * RATE_HZ
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("wish", "kept", "sentences"),
    [
        (("--site", "av"), "AV", ["The device says PV; AV is kept, as you said."]),
        (("--site", "PV"), "PV", []),
        ((), "PV", []),
    ],
)
def test_the_site_is_where_the_user_says_and_what_the_device_says_stands_beside_it(
    tmp_path: Path, command: Callable[..., Any], wish: tuple[str, ...], kept: str, sentences: list[str]
) -> None:
    path = tmp_path / "saved.wav"
    said = command("record", "sim://murmur?site=PV&speed=0", "-o", path, "--seconds", "1", *wish)
    assert said.code == 0, said
    first, *others = said.out.splitlines()
    assert first == f"Saved {path} (1.0 s at {kept}, 0 samples lost) and its sidecar."
    assert others[:-1] == sentences
    sidecar = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (sidecar["site"], sidecar["device_site"]) == (kept, "PV")


def test_where_the_device_lies_behind_the_end_is_not_where_it_was_taken(
    tmp_path: Path, command: Callable[..., Any]
) -> None:
    script = tmp_path / "moved.toml"
    script.write_text('[[fault]]\naction = "move"\nat = "3.02s"\nfor = "50ms"\nsite = "TV"\n', encoding="utf-8")
    sites = {}
    for seconds in ("3", "8"):
        path = tmp_path / f"{seconds}.wav"
        address = f"sim://murmur?site=PV&speed=0&faults={script}"
        assert command("record", address, "-o", path, "--seconds", seconds).code == 0
        sites[seconds] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["site"]
    assert sites == {"3": "PV", "8": "TV"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("record", "sim://murmur", "-o", "a.wav", "--site", "XX"),
            "There is no site 'XX'; choose one of AV, PV, TV, MV, Erb, Phc.",
        ),
        (
            ("record", "sim://murmur"),
            "Say with -o where to save it: `stetho record sim://murmur -o heart.wav`.",
        ),
        (("record",), "Say with -o where to save it: `stetho record -o heart.wav`."),
    ],
)
def test_what_it_can_t_use_is_told_in_one_sentence(
    tmp_path: Path,
    command: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = command(*arguments)
    assert (said.code, said.out, said.err) == (2, "", f"stetho: {sentence}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="this system has no POSIX signals")
@pytest.mark.parametrize(("wish", "code"), [((), 0), (("--seconds", "600"), 130)])
def test_sigterm_ends_and_saves(tmp_path: Path, command: Callable[..., Any], wish: tuple[str, ...], code: int) -> None:
    path = tmp_path / "saved.wav"

    def terminate() -> None:
        part, until = path.with_name("saved.wav.part"), time.monotonic() + 60
        while not (part.exists() and part.stat().st_size > RATE_HZ) and time.monotonic() < until:
            time.sleep(0.02)
        for _ in range(2):  # at once again: as `timeout` does, which signals the process and its group
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    sender = threading.Thread(target=terminate)
    sender.start()
    said = command("record", "sim://murmur?seed=7", "-o", path, *wish)
    sender.join()
    assert (said.code, said.err) == (code, "")
    assert said.out.startswith("Saved ")
    assert soundfile.info(path).frames > 0
    assert not list(tmp_path.glob("*.part"))
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_file_that_is_there_is_refused_before_the_device_is_asked(
    tmp_path: Path, played: Path, command: Callable[..., Any]
) -> None:
    said = command("record", "tcp://127.0.0.1:9", "-o", played)
    assert said.code == 8
    assert "--force" in said.err
    assert soundfile.info(played).frames == SENT.size


def test_a_device_that_is_not_there_leaves_no_file(tmp_path: Path, command: Callable[..., Any]) -> None:
    said = command("record", "tcp://127.0.0.1:9", "-o", tmp_path / "a.wav")
    assert said.code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Callable[..., "tuple[subprocess.Popen[str], subprocess.Popen[str]]"]]:
    """Starts a simulator and a recording of it, each a process of its own, and waits until sound is on its way."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> "tuple[subprocess.Popen[str], subprocess.Popen[str]]":
        base = [sys.executable, "-m", "stetho"]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": tmp_path}
        simulator = subprocess.Popen([*base, "sim", "murmur", "--port", "tcp", "--json"], **pipes)
        started.append(simulator)
        assert simulator.stdout is not None
        address = json.loads(simulator.stdout.readline())["address"]
        recorder = subprocess.Popen([*base, "record", address, "-o", "a.wav", *arguments], **pipes)
        started.append(recorder)
        until = time.monotonic() + 120
        part = tmp_path / "a.wav.part"
        while not (part.exists() and part.stat().st_size > 2 * RATE_HZ) and time.monotonic() < until:
            time.sleep(0.05)
        return simulator, recorder

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--seconds", "60"), 130)])
def test_ctrl_c_ends_and_saves(
    tmp_path: Path, recording: Callable[..., Any], arguments: tuple[str, ...], code: int
) -> None:
    _, recorder = recording(*arguments)
    recorder.send_signal(signal.SIGINT)
    out, err = recorder.communicate(timeout=120)
    assert recorder.returncode == code, err
    assert out.startswith("Saved a.wav")
    assert soundfile.info(tmp_path / "a.wav").duration > 0.5
    assert (tmp_path / "a.json").exists()


@pytest.mark.slow
def test_a_link_that_is_lost_for_good_keeps_what_came(
    tmp_path: Path, recording: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STETHO_RECONNECT_S", "1.5")
    simulator, recorder = recording()
    simulator.kill()
    out, err = recorder.communicate(timeout=120)
    assert recorder.returncode == 4, err
    assert out.startswith("Saved a.wav")
    assert err.count("\n") == 1
    assert soundfile.info(tmp_path / "a.wav").duration > 0.5


@pytest.fixture
def cut_off(tmp_path: Path, played: Path) -> Path:
    """The journal of a recording that was left in the middle."""
    recorder = Recorder(tmp_path / "cut.wav")
    samples = SENT[:RATE_HZ].astype(np.float32) / np.float32(32768)
    recorder(Chunk(read_only(samples), StreamSpec(RATE_HZ, Origin.DEVICE), 0, 0), ())
    recorder.leave()
    return tmp_path / "cut.wav.part"


def test_what_was_cut_off_is_told_of_at_the_next_recording_and_saved_by_recover(
    tmp_path: Path, played: Path, cut_off: Path, command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with BackgroundDevice(Recipe(file=played), "tcp", 20.0) as device:
        again = command("record", device.address, "-o", tmp_path / "cut.wav", "--force")
        assert (again.code, "stetho recover" in again.err) == (8, True)
        other = command("record", device.address, "-o", tmp_path / "other.wav")
    assert other.code == 0
    assert f"stetho: {cut_off} is a recording that was cut off; `stetho recover {cut_off}` saves it." in other.err
    monkeypatch.chdir(tmp_path)
    said = command("recover")
    assert said.code == 0
    assert "Saved cut.wav (1.0 s, cut off at the end, 0 samples lost)" in said.out
    assert np.array_equal(soundfile.read(tmp_path / "cut.wav", dtype="int16")[0], SENT[:RATE_HZ])
    assert "was cut off" in command("recover").out  # none is left
    assert not cut_off.exists()


def test_recover_says_as_json_what_it_saved_and_goes_on_after_one_that_can_t_be(
    tmp_path: Path, cut_off: Path, command: Callable[..., Any]
) -> None:
    (tmp_path / "b.wav.part").write_bytes(b"a stranger's")
    said = command("recover", tmp_path / "b.wav.part", cut_off, "--json")
    assert said.code == 8
    assert "no recording of stetho" in said.err
    saved = json.loads(said.out)
    assert (saved["saved"], saved["cut_off"]) == (str(tmp_path / "cut.wav"), True)


def test_recover_takes_another_name_for_one_recording_alone(
    tmp_path: Path, cut_off: Path, command: Callable[..., Any]
) -> None:
    assert command("recover", cut_off, cut_off, "-o", tmp_path / "x.wav").code == 2
    assert command("recover", cut_off, "-o", tmp_path / "x.mp3").code == 2
    assert command("recover", cut_off, "-o", tmp_path / "x.flac").code == 0
    assert soundfile.info(tmp_path / "x.flac").frames == RATE_HZ
