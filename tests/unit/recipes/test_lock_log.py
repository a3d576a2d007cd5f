"""Openings of the lock are written down once and read ever after."""

import math
from pathlib import Path

import pytest
from lock_log import HEADER, LOG, Opening, log_opening, logged_opening
from metrics import Figure

FIGURES = {"visit: AUROC": Figure(0.961, 0.94, 0.98), "visit: error": Figure(0.02, math.nan, math.nan)}
OPENING = Opening("1.1.0", "2026-11-24", "ab" * 32, 150, 143, FIGURES)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "LOCK.md").write_text(HEADER, encoding="utf-8")
    return tmp_path / "LOCK.md"


def test_an_opening_is_read_as_it_was_written(log: Path) -> None:
    assert logged_opening("1.1.0", "ab" * 32, log) is None
    log_opening(OPENING, log)
    log_opening(Opening("1.1.1", "2026-12-01", "cd" * 32, 150, 143, {"visit: AUROC": Figure(0.5, 0.4, 0.6)}), log)
    found = logged_opening("1.1.0", "ab" * 32, log)
    assert found is not None
    assert (found.date, found.visits, found.people) == ("2026-11-24", 150, 143)
    assert found.figures["visit: AUROC"] == FIGURES["visit: AUROC"]
    assert str(found.figures["visit: error"]) == "0.020"
    assert list(found.figures) == list(FIGURES)


def test_a_version_is_opened_for_one_network_alone(log: Path) -> None:
    log_opening(OPENING, log)
    with pytest.raises(SystemExit, match="A new network is a new version"):
        logged_opening("1.1.0", "cd" * 32, log)


def test_the_log_says_since_when_there_is_a_lock() -> None:
    assert LOG.read_text(encoding="utf-8").startswith(HEADER)
