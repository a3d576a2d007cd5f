"""The commands as a program meets them: their output, their exit code."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import BOTH_WAYS, Said, said_by_a_process, said_here


@pytest.fixture(params=BOTH_WAYS)
def stetho(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Said]:
    """stetho("analyze", "a.wav"): runs the command in an empty folder."""
    return partial(said_here if request.param == "here" else said_by_a_process, tmp_path)


@pytest.fixture(scope="session")
def json_lines() -> Callable[[str], list[dict[str, Any]]]:
    """The objects of a command's standard output."""
    return lambda text: [json.loads(line) for line in text.splitlines()]
