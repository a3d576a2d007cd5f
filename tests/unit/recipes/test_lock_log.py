"""Openings of the lock are written down once and read ever after."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from lock_log import HEADER, LOG, Judge, Opening, log_opening, logged_opening, logged_openings, may_open
from metrics import Figure

FIGURES = {"visit: AUROC": Figure(0.961, 0.94, 0.98), "visit: error": Figure(0.02, math.nan, math.nan)}
JUDGE = Judge("ab" * 32, "01" * 32, "23" * 32)
OPENING = Opening("1.2.0", "2026-11-24", JUDGE, 150, 143, FIGURES)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "LOCK.md").write_text(HEADER, encoding="utf-8")
    return tmp_path / "LOCK.md"


def test_an_opening_is_read_as_it_was_written(log: Path) -> None:
    assert logged_opening("1.2.0", JUDGE, log) is None
    log_opening(OPENING, log)
    other = Judge("cd" * 32, "01" * 32, "23" * 32)
    log_opening(Opening("1.2.1", "2026-12-01", other, 150, 143, {"visit: AUROC": Figure(0.5, 0.4, 0.6)}), log)
    found = logged_opening("1.2.0", JUDGE, log)
    assert found is not None
    assert (found.date, found.judge, found.visits, found.people) == ("2026-11-24", JUDGE, 150, 143)
    assert found.figures["visit: AUROC"] == FIGURES["visit: AUROC"]
    assert str(found.figures["visit: error"]) == "0.020"
    assert list(found.figures) == list(FIGURES)


def test_a_version_is_opened_for_one_network_alone(log: Path) -> None:
    log_opening(OPENING, log)
    with pytest.raises(SystemExit, match="A new network is a new version"):
        logged_opening("1.2.0", replace(JUDGE, network_sha256="cd" * 32), log)


@pytest.mark.parametrize("changed", ["rule", "split"])
def test_a_changed_rule_or_split_is_another_opening_with_its_reason(log: Path, changed: str) -> None:
    log_opening(OPENING, log)
    later = replace(JUDGE, **{f"{changed}_sha256": "ff" * 32})
    assert logged_opening("1.2.0", later, log) is None
    with pytest.raises(SystemExit, match=f"the {changed} has changed"):
        may_open("1.2.0", later, "", log)
    number = may_open("1.2.0", later, "the quality gate was fitted anew", log)
    log_opening(replace(OPENING, judge=later, number=number, why="the quality gate was fitted anew"), log)
    first, second = logged_openings("1.2.0", log)
    assert (first.number, first.judge, first.why) == (1, JUDGE, "")
    assert (second.number, second.judge, second.why) == (2, later, "the quality gate was fitted anew")
    assert "## 1.2.0, opening 2" in log.read_text(encoding="utf-8")
    assert [getattr(logged_opening("1.2.0", judge, log), "number", 0) for judge in (JUDGE, later)] == [1, 2]


def test_the_log_says_since_when_there_is_a_lock() -> None:
    assert LOG.read_text(encoding="utf-8").startswith(HEADER)


def test_entries_of_before_rules_were_named_are_still_read() -> None:
    (first,) = logged_openings("1.1.0")
    assert first.judge.rule_sha256 == ""
    assert first.judge.network_sha256.startswith("60b53519c9d6ac5f")
    assert len(first.figures) == 23
