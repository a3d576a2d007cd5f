"""Commands in this process: quick, and seen as a user sees them."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from stetho.cli.app import app


@dataclass(frozen=True, slots=True)
class Said:
    """What a command ended with and printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Said]]:
    """`command("analyze", "a.wav")` runs it in this process."""

    def run(*arguments: object) -> Said:
        with pytest.raises(SystemExit) as ended:
            app(args=[str(argument) for argument in arguments], prog_name="stetho")
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield run
    root.handlers[:] = handlers
    root.setLevel(level)
