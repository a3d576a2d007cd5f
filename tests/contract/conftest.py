"""The commands as a program meets them: a process of its own, its output, its exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Stetho = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def stetho(tmp_path: Path) -> Stetho:
    """stetho("analyze", "a.wav"): runs the command in an empty folder."""

    def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
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

    return run


@pytest.fixture(scope="session")
def json_lines() -> Callable[[str], list[dict[str, Any]]]:
    """The objects of a command's standard output."""
    return lambda text: [json.loads(line) for line in text.splitlines()]
