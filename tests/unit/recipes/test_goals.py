"""Goals that are missed stand with what was tried; figures of another release are never shown."""

import re
from pathlib import Path

import pytest
from figures import Goal
from goals import ATTEMPTS, logged_rows, missed_table
from measured import NOT_A_HEART, Aim, keep, kept, text_of
from metrics import Figure

MISSED = Aim("visit: weighted accuracy", Goal(">=", 0.82), Figure(0.80, 0.76, 0.84))
MET = Aim("visit: AUROC", Goal(">=", 0.96), Figure(0.97, 0.95, 0.98))


def test_every_attempt_that_is_named_is_a_row_of_the_log() -> None:
    rows = logged_rows()
    for parts in ATTEMPTS.values():
        assert [part for part in parts if not any(part in cell for row in rows for cell in row)] == []


def test_a_missed_goal_says_by_how_much_and_what_was_tried() -> None:
    lines = missed_table([MET, MISSED], logged_rows()).splitlines()
    assert lines[2] == "| visit: weighted accuracy | >= 0.82 | 0.800 [0.760, 0.840] | 0.020 | 1, 2, 3, 4, 5 |"
    assert lines[6].startswith("1. ")
    assert len(lines) == 11
    assert "**fewer than 3**" in missed_table([MISSED], logged_rows()[:1])
    assert missed_table([MET], logged_rows()) == "None."


def test_what_was_measured_is_shown_for_the_same_files_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["not_a_heart.py", "--sounds", "60"])
    of = {"model.int8.onnx": "ab", "manifest.toml": "cd"}
    assert kept(tmp_path, NOT_A_HEART, of) is None
    keep(tmp_path, NOT_A_HEART, of, "| a table |", [MISSED])
    found = kept(tmp_path, NOT_A_HEART, of)
    assert found is not None
    assert found.aims == (MISSED,)
    assert (
        text_of(found, NOT_A_HEART, "1.2.0")
        == "`python models/recipes/not_a_heart.py --sounds 60` found:\n\n| a table |"
    )
    other = kept(tmp_path, NOT_A_HEART, {**of, "model.int8.onnx": "ef"})
    assert other is None
    assert re.match(
        r"Not measured for this release\..*--model models/murmur/1\.2\.0", text_of(other, NOT_A_HEART, "1.2.0")
    )


def test_a_product_that_has_changed_since_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, NOT_A_HEART, {}, "| a table |", [])
    monkeypatch.setattr("measured.product_hash", lambda: "another")
    found = kept(tmp_path, NOT_A_HEART, {})
    assert found is not None
    assert "has changed since" in found.text()
