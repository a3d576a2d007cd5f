"""Commands in this process: quick, and seen as a user sees them."""

import csv
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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


EACH = 20
LEAST_S = 7.5


@pytest.fixture(scope="session")
def forty_recordings(data_folder: Path) -> list[Path]:
    """Twenty real recordings of each label, the first by their hash: long enough to be judged."""
    with (data_folder / "pcg" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if row["dataset"] == "circor" and float(row["stored_dur_s"]) >= LEAST_S
        ]
    rows.sort(key=lambda row: row["sha256"])
    picked = []
    for label in ("present", "absent"):
        picked += [row["path"] for row in rows if row["murmur_at_site"] == label][:EACH]
    assert len(picked) == 2 * EACH
    return [data_folder / "pcg" / path for path in picked]
