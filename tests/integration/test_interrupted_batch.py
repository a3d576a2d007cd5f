"""A batch that is cut short has said what it is and keeps what was done."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from hw_sim.heart import Heart, Wish, scenario
from stetho.notice import INVESTIGATIONAL

RATE_HZ = 4000


@pytest.fixture
def heart(tmp_path: Path) -> Path:
    path = tmp_path / "heart.wav"
    samples = np.asarray(Heart(scenario("murmur", Wish(7, RATE_HZ))).read(9 * RATE_HZ)).reshape(-1)
    soundfile.write(path, samples, RATE_HZ)
    return path


def test_the_notice_comes_before_every_result_and_once(heart: Path, command: Callable[..., Any]) -> None:
    said = command("analyze", heart, heart)
    assert said.code == 0
    assert said.out.startswith(f"{INVESTIGATIONAL}\n{heart}  9.0 s")
    assert said.out.count(INVESTIGATIONAL) == 1


def test_where_nothing_is_known_no_probability_is_said(
    tmp_path: Path, heart: Path, command: Callable[..., Any]
) -> None:
    samples, _ = soundfile.read(heart, dtype="int16")
    short = tmp_path / "short.wav"
    soundfile.write(short, samples[: 6 * RATE_HZ], RATE_HZ)  # two windows: a probability, and no verdict
    said = command("analyze", short, heart)
    unknown, known = said.out.split(f"{heart}  ")
    assert "Unknown: " in unknown
    assert "probability" not in unknown
    assert "(probability 0." in known


def test_where_nothing_was_analysed_there_is_no_result_to_warn_of(
    tmp_path: Path, heart: Path, command: Callable[..., Any]
) -> None:
    gone = tmp_path / "gone.wav"
    said = command("analyze", gone)
    assert said.code == 2
    assert INVESTIGATIONAL not in said.out
    said = command("analyze", gone, heart)
    assert said.out.index("not analysed") < said.out.index(INVESTIGATIONAL) < said.out.index("heart rate")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="this system has no POSIX signals")
def test_ctrl_c_keeps_the_rows_that_were_said(tmp_path: Path, heart: Path) -> None:
    command = [sys.executable, "-m", "stetho", "analyze", *[heart.name] * 2000, "--csv", "table.csv"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as batch:
        assert batch.stdout is not None
        said = [batch.stdout.readline()]
        while sum(line.startswith(heart.name) for line in said) < 3:
            said.append(batch.stdout.readline())
        batch.send_signal(signal.SIGINT)
        out, err = batch.communicate(timeout=120)
    assert (batch.returncode, err) == (130, "")
    results = sum(line.startswith(heart.name) for line in [*said, *out.splitlines()])
    assert said[0] == f"{INVESTIGATIONAL}\n"
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert results - 1 <= len(rows) <= results < 2000  # the interrupt may come between a result and its row
    assert rows[0]["murmur.label"]
