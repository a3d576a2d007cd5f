"""The commands as a program meets them: their output, their exit code."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stetho.cli import main

Said = subprocess.CompletedProcess[str]
Stetho = Callable[..., Said]


@pytest.fixture(params=["here", pytest.param("process", marks=pytest.mark.slow)])
def stetho(
    request: pytest.FixtureRequest, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Stetho:
    """stetho("analyze", "a.wav"): runs the command in an empty folder; a process of its own takes longer to start."""

    def here(*arguments: str | Path, **variables: str) -> Said:
        command = ["stetho", *map(str, arguments)]
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", command)
            patch.setattr(logging.getLogger(), "handlers", [])
            patch.chdir(tmp_path)
            for name, value in variables.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        return subprocess.CompletedProcess(command, int(ended.value.code or 0), *capfd.readouterr())

    def process(*arguments: str | Path, **variables: str) -> Said:
        command = [sys.executable, "-m", "stetho", *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return here if request.param == "here" else process


@pytest.fixture(scope="session")
def json_lines() -> Callable[[str], list[dict[str, Any]]]:
    """The objects of a command's standard output."""
    return lambda text: [json.loads(line) for line in text.splitlines()]
