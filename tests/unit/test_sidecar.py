"""Sidecars as they are read again."""

import hashlib
import json
from pathlib import Path

import pytest

from stetho.errors import InputError
from stetho.sidecar import read_sidecar
from stetho.stream import Origin, Span

GOOD = {
    "recording": "a.wav",
    "audio_sha256": "0" * 64,
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
    assert facts is not None
    assert facts.missing == (Span(5, 6), Span(50, 60))
    assert (facts.origin, facts.calibration_id) == (Origin.DEVICE, "cal-1")


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", json.dumps({**GOOD, "recording": "b.wav"})])
def test_a_stranger_s_json_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    assert read_sidecar(tmp_path / "a.wav") is None


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(GOOD)[:-20],
        json.dumps({**GOOD, "ledger": [{"start": 9, "stop": 2, "fate": "lost"}]}),
        json.dumps({**GOOD, "ledger": 7}),
        json.dumps({**GOOD, "origin": "moon"}),
    ],
)
def test_a_damaged_sidecar_of_ours_is_refused(tmp_path: Path, content: str) -> None:
    """Without its ledger a hole would pass for a sound."""
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="restore it, or move it away"):
        read_sidecar(tmp_path / "a.wav")


def test_beside_a_recording_of_ours_no_damage_passes_for_a_stranger_s(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(GOOD)[:30], encoding="utf-8")
    with pytest.raises(InputError, match="is damaged"):
        read_sidecar(tmp_path / "a.wav", expected=True)


def test_a_renamed_recording_keeps_its_ledger(tmp_path: Path) -> None:
    audio = tmp_path / "renamed.wav"
    audio.write_bytes(b"sound")
    content = {**GOOD, "audio_sha256": hashlib.sha256(b"sound").hexdigest()}
    (tmp_path / "renamed.json").write_text(json.dumps(content), encoding="utf-8")
    facts = read_sidecar(audio)
    assert facts is not None
    assert facts.missing == (Span(5, 6), Span(50, 60))


def test_without_a_sidecar_nothing_is_known(tmp_path: Path) -> None:
    assert read_sidecar(tmp_path / "a.wav") is None
