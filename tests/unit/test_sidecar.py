"""Sidecars as they are read again."""

import json
from pathlib import Path

import pytest

from stetho.sidecar import NOTHING_KNOWN, read_sidecar
from stetho.stream import Origin, Span

GOOD = {
    "recording": "a.wav",
    "origin": "device",
    "calibration": {"id": "cal-1", "date": None},
    "ledger": [
        {"start": 50, "stop": 60, "fate": "lost"},
        {"start": 5, "stop": 6, "fate": "concealed"},
        {"start": 0, "stop": 4, "fate": "resent"},
    ],
}


def test_what_was_resent_is_not_missing(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(GOOD), encoding="utf-8")
    facts = read_sidecar(tmp_path / "a.wav")
    assert facts.missing == (Span(5, 6), Span(50, 60))
    assert (facts.origin, facts.calibration_id) == (Origin.DEVICE, "cal-1")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "null",
        json.dumps({**GOOD, "recording": "b.wav"}),
        json.dumps({**GOOD, "ledger": [{"start": 9, "stop": 2, "fate": "lost"}]}),
        json.dumps({**GOOD, "ledger": 7}),
        json.dumps({**GOOD, "origin": "moon"}),
    ],
)
def test_a_stranger_s_or_a_damaged_json_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    assert read_sidecar(tmp_path / "a.wav") == NOTHING_KNOWN


def test_without_a_sidecar_nothing_is_known(tmp_path: Path) -> None:
    assert read_sidecar(tmp_path / "a.wav") == NOTHING_KNOWN
