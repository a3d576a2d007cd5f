"""`stetho sim --play` in one process, `stetho live --json` in another: as two terminals would have it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile

from hw_sim.heart import Heart, Wish, scenario
from hw_sim.ports.choose import has_pty

pytestmark = pytest.mark.slow

SECONDS = 10


def stetho(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "stetho", *arguments]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "heart.wav"
    pcm = Heart(scenario("murmur", Wish(seed=2001))).read(SECONDS * 4000)
    soundfile.write(path, pcm, 4000, subtype="PCM_16")
    return path


@pytest.mark.parametrize("port", ["tcp", *(["pty"] if has_pty() else [])])
def test_a_recording_is_played_and_judged(port: str, recording: Path, validate: Callable[[str, Any], None]) -> None:
    command = stetho("sim", "--play", str(recording), "--port", port, "--speed", "2", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            assert simulator.stdout is not None
            address = json.loads(simulator.stdout.readline())["address"]
            done = subprocess.run(stetho("live", address, "--json"), capture_output=True, text=True, timeout=120)
        finally:
            simulator.terminate()
    assert (done.returncode, simulator.returncode) == (0, 0), done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    for event in events:
        validate("live", event)
    (final,) = [event for event in events if event["event"] == "verdict" and event["final"]]
    assert final["murmur"]["label"] == "present"
    assert final["origin"] == "replayed"
    assert events[-1]["state"] == "ended"
    assert events[-1]["samples_received"] == SECONDS * 4000
    assert events[-1]["samples_lost"] == 0


def test_a_device_that_is_killed_is_said_lost_and_ends_with_exit_code_4() -> None:
    with subprocess.Popen(stetho("sim", "--port", "tcp", "--json"), stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        address = json.loads(simulator.stdout.readline())["address"]
        command = stetho("live", address, "--json", "--reconnect-s", "1")
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as live:
            assert live.stdout is not None
            for line in live.stdout:
                if json.loads(line).get("samples_received", 0) > 0:
                    break
            simulator.kill()
            out, err = live.communicate(timeout=120)
    states = [event["state"] for event in map(json.loads, out.splitlines()) if event["event"] == "link"]
    assert "lost" in states
    assert live.returncode == 4
    assert "Signal lost" in err
    assert "Traceback" not in err
