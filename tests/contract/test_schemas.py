"""The schemas say what the contracts say: their examples pass, and each breach of them fails."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
Json = dict[str, Any]

RECORDING: Json = {
    "recording": "a.wav",
    "duration_s": 22.8,
    "sample_rate_hz": 4000,
    "quality": {"usable": True, "score": 0.91, "reasons": []},
    "heart_rate_bpm": 88.4,
    "heart_rate_confidence": 0.97,
    "murmur": {
        "label": "present",
        "probability": 0.87,
        "unknown_probability": 0.03,
        "timing": "systolic",
        "timing_reason": None,
        "evidence_s": [4.1, 9.1],
        "reason": None,
    },
    "applicability": ["device_not_validated", "age_unknown"],
    "calibration": {"id": None, "state": "none"},
    "concealed_share": 0.0,
    "origin": "file",
    "model": {"name": "murmur", "version": "1.2.0", "sha256": "0" * 64},
    "schema": 1,
}
EXAM: Json = {
    "exam": "e1",
    "policy": "clinical",
    "murmur": {"label": "absent", "probability": 0.1, "unknown_probability": 0.02, "reason": None},
    "loudest_site": None,
    "sites": {"AV": ["a.wav"], "PV": ["b.wav"]},
    "schema": 1,
}
FAILED: Json = {"recording": "b.wav", "error": "b.wav is empty: record it again.", "schema": 1}
VERDICT: Json = {
    "event": "verdict",
    "t_s": 7.0,
    "take": 1,
    "verdict_id": "1-0",
    "supersedes": None,
    "provisional": True,
    "final": False,
    "age_ms": 41.5,
    "murmur": RECORDING["murmur"],
    "applicability": ["age_unknown"],
    "origin": "simulated",
}
READY: Json = {
    "ready": True,
    "address": "serial:///dev/pts/3",
    "smp": "/dev/pts/4",
    "serial_number": "SIM-0007",
    "schema": 1,
}
ROW: Json = {
    "row": "bandpass_chunk_20ms",
    "ours_us": 1.1,
    "ours_p99_us": 2.0,
    "peer": "scipy.signal.sosfilt",
    "peer_us": 37.0,
    "ratio": 33.6,
    "goal": ">= 20",
    "met": True,
}


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.schema.json")), ids=lambda path: path.name)
def test_is_a_schema(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"]


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("analyze", RECORDING),
        ("analyze", EXAM),
        ("analyze", FAILED),
        ("live", VERDICT),
        ("sim", READY),
        ("sim", {**READY, "smp": None}),
        ("bench", ROW),
    ],
)
def test_the_contracts_examples_pass(validate: Callable[[str, Json], None], name: str, example: Json) -> None:
    validate(name, example)


def _changed(example: Json, path: str, value: object) -> Json:
    changed = copy.deepcopy(example)
    *parents, last = path.split(".")
    place = changed
    for parent in parents:
        place = place[parent]
    place[last] = value
    return changed


@pytest.mark.parametrize(
    ("name", "example", "path", "value"),
    [
        ("analyze", RECORDING, "murmur.label", "normal"),
        ("analyze", RECORDING, "murmur.probability", None),
        ("analyze", RECORDING, "murmur.probability", 1.2),
        ("analyze", RECORDING, "murmur.reason", "too_noisy"),
        ("analyze", RECORDING, "murmur.label", "unknown"),
        ("analyze", RECORDING, "heart_rate_bpm", 0),
        ("analyze", RECORDING, "model.sha256", "abc"),
        ("analyze", RECORDING, "origin", "web"),
        ("analyze", RECORDING, "error", "and a result at once"),
        ("analyze", EXAM, "loudest_site", "LV"),
        ("analyze", EXAM, "sites", {"LV": ["a.wav"]}),
        ("analyze", EXAM, "murmur.reason", "site_missing"),
        ("analyze", FAILED, "error", ""),
        ("live", VERDICT, "final", True),
        ("live", VERDICT, "age_ms", -1),
        ("live", VERDICT, "event", "result"),
        ("sim", READY, "address", "/dev/pts/3"),
        ("bench", ROW, "ours_us", "fast"),
    ],
)
def test_a_breach_fails(
    validate: Callable[[str, Json], None], name: str, example: Json, path: str, value: object
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(name, _changed(example, path, value))


@pytest.mark.parametrize("field", sorted(set(RECORDING)))
def test_a_recording_says_everything(validate: Callable[[str, Json], None], field: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate("analyze", {key: value for key, value in RECORDING.items() if key != field})


def test_an_unknown_without_a_window_has_no_figures(validate: Callable[[str, Json], None]) -> None:
    murmur = {
        "label": "unknown",
        "probability": None,
        "unknown_probability": None,
        "timing": None,
        "timing_reason": None,
        "evidence_s": None,
        "reason": "too_short",
    }
    validate("analyze", {**RECORDING, "murmur": murmur, "heart_rate_bpm": None, "heart_rate_confidence": 0.0})
    with pytest.raises(jsonschema.ValidationError):
        validate("analyze", {**RECORDING, "murmur": {**murmur, "probability": 0.0}})


def test_where_a_result_comes_from_is_said_in_one_form() -> None:
    results, events = (
        json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))["$defs"]["provenance"]
        for name in ("analyze", "live")
    )
    assert results == events
