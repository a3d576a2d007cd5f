from collections.abc import Callable

import pytest

from stetho.cli.app import app


@pytest.fixture
def run() -> Callable[[list[str]], int]:
    """The whole command line in this process: its exit code."""

    def command(arguments: list[str]) -> int:
        with pytest.raises(SystemExit) as ended:
            app(args=arguments, prog_name="stetho")
        return ended.value.code or 0

    return command
