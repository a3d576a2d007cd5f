from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.command_line import BOTH_WAYS, Said, said_by_a_process, said_here


@pytest.fixture(params=BOTH_WAYS)
def stetho(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Said]:
    """stetho("info", address): runs the command in an empty folder."""
    return partial(said_here if request.param == "here" else said_by_a_process, tmp_path)
