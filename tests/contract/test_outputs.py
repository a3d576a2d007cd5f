"""What the commands really print keeps to the schemas, and their exit codes to the list."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from hw_sim.heart import Heart, Wish, scenario

RATE_HZ = 4000
Validate = Callable[[str, Any], None]
Stetho = Callable[..., subprocess.CompletedProcess[str]]
Lines = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def heart(tmp_path: Path) -> Path:
    """Eight seconds of a synthetic heart with a murmur, as a WAV file in the folder where commands run."""
    path = tmp_path / "heart.wav"
    sound = Heart(scenario("murmur", Wish(7, RATE_HZ)))
    soundfile.write(path, np.asarray(sound.read(8 * RATE_HZ)), RATE_HZ, subtype="PCM_16")
    return path


def test_analyze(heart: Path, stetho: Stetho, json_lines: Lines, validate: Validate) -> None:
    (heart.parent / "cut.wav").write_bytes(heart.read_bytes()[:20])
    done = stetho("analyze", "--json", "--segments", "heart.wav", "cut.wav", "gone.wav")
    assert done.returncode == 2
    result, cut, gone = json_lines(done.stdout)
    for printed in (result, cut, gone):
        validate("analyze", printed)
    assert result["segments"]
    assert (cut["recording"], gone["recording"]) == ("cut.wav", "gone.wav")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("policy", ["clinical", "challenge"])
def test_analyze_exams(heart: Path, stetho: Stetho, json_lines: Lines, validate: Validate, policy: str) -> None:
    rows = "".join(f"heart.wav,e{exam},{site}\n" for exam in (1, 2) for site in ("AV", "MV"))
    (heart.parent / "exams.csv").write_text("path,exam,site\n" + rows, encoding="utf-8")
    done = stetho("analyze", "--json", "--manifest", "exams.csv", "--policy", policy)
    assert done.returncode == 0, done.stderr
    printed = json_lines(done.stdout)
    for line in printed:
        validate("analyze", line)
    assert ["exam" in line and "policy" in line for line in printed] == [False, False, True] * 2


def test_live(stetho: Stetho, json_lines: Lines, validate: Validate) -> None:
    done = stetho("live", "sim://murmur?seed=7&seconds=9&speed=0", "--json")
    assert done.returncode == 0, done.stderr
    events = json_lines(done.stdout)
    for event in events:
        validate("live", event)
    assert {event["event"] for event in events} == {
        "link",
        "quality",
        "onset",
        "beat",
        "rate",
        "average_beat",
        "verdict",
    }
    verdicts = [event for event in events if event["event"] == "verdict"]
    assert [event["final"] for event in verdicts] == [False] * (len(verdicts) - 1) + [True]
    ids = [event["verdict_id"] for event in verdicts]
    assert len(set(ids)) == len(ids)
    assert [event["supersedes"] for event in verdicts] == [None, *ids[:-1]]


def test_record(tmp_path: Path, stetho: Stetho, validate: Validate) -> None:
    done = stetho("record", "sim://murmur?seed=7&seconds=3&speed=0&loss=0.02", "-o", "take.flac")
    assert done.returncode == 0, done.stderr
    sidecar = json.loads((tmp_path / "take.json").read_text(encoding="utf-8"))
    validate("recording", sidecar)
    assert sidecar["origin"] == "simulated"
    assert sidecar["samples"] == soundfile.info(tmp_path / "take.flac").frames


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A running `stetho sim`; gives its ready line."""
    command = [sys.executable, "-m", "stetho", "sim", "--port", "tcp", "--json", "--seed", "7"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=120) in {0, 130}


def test_a_running_simulator(simulator: dict[str, Any], stetho: Stetho, json_lines: Lines, validate: Validate) -> None:
    validate("sim", simulator)
    found = stetho("devices", "--json")
    assert found.returncode == 0, found.stderr
    devices = json_lines(found.stdout)
    for device in devices:
        validate("devices", device)
    (ours,) = [device for device in devices if device["address"] == simulator["address"]]
    assert ours["simulated"]
    asked = stetho("info", simulator["address"], "--json")
    assert asked.returncode == 0, asked.stderr
    (info,) = json_lines(asked.stdout)
    validate("info", info)
    assert info["serial_number"] == simulator["serial_number"]


@pytest.mark.slow
def test_bench(stetho: Stetho, json_lines: Lines, validate: Validate) -> None:
    done = stetho("bench", "--json", "--row", "bandpass_chunk_20ms")
    assert done.returncode == 0, done.stderr
    (row,) = json_lines(done.stdout)
    validate("bench", row)


def test_doctor(stetho: Stetho, json_lines: Lines, validate: Validate) -> None:
    done = stetho("doctor", "--json")
    assert done.returncode in {0, 1}, done.stderr
    checks = json_lines(done.stdout)
    assert checks
    for check in checks:
        validate("doctor", check)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("live", "nonsense"), 2),
        (("live", "morse://x"), 2),
        (("live", "serial:///dev/there-is-no-such-port"), 3),
        (("live", "tcp://127.0.0.1:9"), 3),
        (("analyze", "gone.wav"), 2),
        (("analyze", "--manifest", "gone.csv"), 2),
        (("record", "sim://murmur?seed=7", "-o", "no/such/folder/a.wav", "--seconds", "1"), 8),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_what_goes_wrong_is_one_sentence_and_its_code(stetho: Stetho, arguments: tuple[str, ...], code: int) -> None:
    done = stetho(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "fault in stetho" not in done.stderr
    assert (done.stdout + done.stderr).strip()


def test_a_swapped_model_is_refused(heart: Path, tmp_path: Path, stetho: Stetho) -> None:
    from stetho.artifacts import PINNED, find_model

    version = tmp_path / "models" / "murmur" / PINNED["murmur"].version
    version.mkdir(parents=True)
    for file in ("manifest.toml", "model.int8.onnx"):
        (version / file).write_bytes((find_model() / file).read_bytes() + b"\n")
    done = stetho("analyze", "heart.wav", STETHO_MODELS=str(tmp_path / "models"))
    assert done.returncode == 7, done.stderr
    assert "damaged or not the one that stetho pins" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert os.environ.get("STETHO_MODELS") is None
