"""`stetho listen`: a sound as it is heard, in a file that says what it is and that nobody scores."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stetho.notice import INVESTIGATIONAL
from stetho.records.listened_file import ListenedFile
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

RATE_HZ = 4000
SOUND = (0.1 * np.sin(2 * np.pi * 90 * np.arange(4 * RATE_HZ) / RATE_HZ)).astype(np.float32)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A recording of somebody else's."""
    path = tmp_path / "heart.wav"
    soundfile.write(path, SOUND, RATE_HZ)
    return path


@pytest.mark.parametrize("mode", ["bell", "diaphragm", "wide", "midrange"])
def test_a_recording_is_heard_in_each_mode(
    tmp_path: Path, recorded: Path, command: Callable[..., Any], validate: Callable[[str, Any], None], mode: str
) -> None:
    path = tmp_path / "heard.wav"
    said = command("listen", recorded, "--mode", mode, "-o", path, "--json")
    assert said.code == 0, said
    told = json.loads(said.out)
    assert (told["listened"], told["origin"], told["duration_s"]) == (str(path), "file", 4.0)
    assert told["notice"] == INVESTIGATIONAL
    heard, rate_hz = soundfile.read(path)
    assert (rate_hz, heard.size) == (RATE_HZ, SOUND.size)
    assert bool(np.std(heard[RATE_HZ:]) > 0.05) is (mode != "diaphragm")
    sidecar = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    validate("listened", sidecar)
    assert sidecar["processing"]["mode"] == mode
    assert sidecar["for"] == "listening only, never to be scored"
    assert sidecar["notice"] == INVESTIGATIONAL


def test_simulated_sound_stays_marked_and_nothing_scores_or_plays_what_was_made_for_an_ear(
    tmp_path: Path, command: Callable[..., Any]
) -> None:
    path = tmp_path / "heard.wav"
    said = command("listen", "sim://murmur?seconds=3&speed=0", "-o", path, "--gain", "20", "--quieter")
    assert said.code == 0, said
    assert said.out.startswith("SIMULATED. Saved")
    assert INVESTIGATIONAL in said.out
    title = soundfile.SoundFile(path).title
    assert "SIMULATED" in title
    assert "listening" in title
    path.with_suffix(".json").unlink()  # the mark is in the sound itself
    for verb in (("analyze", path), ("listen", path, "-o", tmp_path / "again.wav"), ("sim", "--play", path)):
        refused = command(*verb)
        assert refused.code == 2
        assert "made for listening alone" in refused.out + refused.err
    assert not (tmp_path / "again.wav").exists()


def test_half_speed_is_twice_as_long(tmp_path: Path, recorded: Path, command: Callable[..., Any]) -> None:
    path = tmp_path / "slow.flac"
    assert command("listen", recorded, "--half-speed", "-o", path).code == 0
    slow, _ = soundfile.read(path)
    assert slow.size == 2 * SOUND.size
    spectrum = np.abs(np.fft.rfft(slow[2 * RATE_HZ : 6 * RATE_HZ]))
    assert spectrum.argmax() / 4 == pytest.approx(90, abs=0.5)


def test_it_stops_after_the_seconds_asked_for_and_the_recording_is_untouched(
    tmp_path: Path, recorded: Path, command: Callable[..., Any]
) -> None:
    before = recorded.read_bytes()
    path = tmp_path / "heard.wav"
    assert command("listen", recorded, "--seconds", "1.5", "-o", path).code == 0
    assert soundfile.info(path).duration == pytest.approx(1.5, abs=0.02)
    assert recorded.read_bytes() == before


def test_without_a_name_the_file_is_named_after_the_mode(
    tmp_path: Path, recorded: Path, command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("listen", recorded, "--mode", "bell").code == 0
    assert (tmp_path / "heart-bell.wav").is_file()
    again = command("listen", recorded, "--mode", "bell")
    assert again.code == 8
    assert "--force" in again.err
    assert command("listen", recorded, "--mode", "bell", "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("nothere.wav",), 2, "is not there"),
        (("sim://murmur", "--mode", "cone"), 2, "choose one of bell"),
        (("sim://murmur", "--gain", "80"), 2, "choose one within"),
        (("sim://murmur", "-o", "a.mp3"), 2, ".wav or .flac"),
        (("tcp://127.0.0.1:9", "-o", "a.wav"), 3, "127.0.0.1"),
    ],
)
def test_what_can_t_be_heard_is_said_in_a_sentence_and_leaves_no_file(
    tmp_path: Path,
    command: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    word: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = command("listen", *arguments)
    assert said.code == code, said
    assert word in said.err
    assert list(tmp_path.iterdir()) == []


def test_gaps_are_silence_that_keeps_time_and_the_ledger_names_them(tmp_path: Path) -> None:
    spec = StreamSpec(RATE_HZ, Origin.DEVICE)
    half = read_only(np.full(1000, 0.5, np.float32))
    file = ListenedFile(tmp_path / "heard.wav")
    file.write(Chunk(half, spec, 500, 0, (Span(600, 650),)))
    file.write(Chunk(half, spec, 5500, 0))
    listened = file.finish({}, {})
    assert (listened.samples_lost, listened.duration_s) == (4000, 1.5)
    samples, _ = soundfile.read(listened.audio, dtype="float32")
    assert not samples[1000:5000].any()
    assert (samples[:1000] == 0.5).all()
    assert (samples[5000:] == 0.5).all()
    ledger = json.loads(listened.sidecar.read_text(encoding="utf-8"))["ledger"]
    assert ledger == [
        {"start": 100, "stop": 150, "fate": "concealed"},
        {"start": 1000, "stop": 5000, "fate": "lost"},
    ]


def test_no_recording_and_no_ledger_is_ever_written_over(
    tmp_path: Path, recorded: Path, command: Callable[..., Any]
) -> None:
    ours = tmp_path / "taken.flac"
    assert command("record", "sim://clear?seconds=1&speed=0", "-o", ours).code == 0
    ledger = ours.with_suffix(".json").read_bytes()
    before = recorded.read_bytes(), ours.read_bytes()
    for output in (recorded, ours, ours.with_suffix(".wav")):
        said = command("listen", recorded, "-o", output, "--force")
        assert said.code == 8, said
        assert "never written over" in said.err
    assert (recorded.read_bytes(), ours.read_bytes()) == before
    assert ours.with_suffix(".json").read_bytes() == ledger


@pytest.mark.skipif(os.name != "posix", reason="this system has no POSIX signals")
@pytest.mark.slow
def test_ctrl_c_ends_it_properly(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    command = [sys.executable, "-m", "stetho", "listen", "sim://murmur", "-o", str(path)]
    listening = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        unnamed, until = tmp_path / "heard.wav.saving", time.monotonic() + 120
        while not (unnamed.exists() and unnamed.stat().st_size > RATE_HZ) and time.monotonic() < until:
            time.sleep(0.05)
        listening.send_signal(signal.SIGINT)
        said, complained = listening.communicate(timeout=120)
    finally:
        listening.kill()
        listening.wait()
    assert listening.returncode == 0, complained
    assert "SIMULATED. Saved" in said
    assert soundfile.info(path).frames > 0
    assert not unnamed.exists()
