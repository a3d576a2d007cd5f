"""A file of results comes from outside: every line is doubted, and none ends the reading."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.errors import InputError
from stetho.reproduce.stored import (
    MOST_BYTES,
    NoResult,
    StoredExam,
    StoredFailure,
    StoredRecording,
    count_results,
    read_results,
)

MURMUR = {"label": "absent", "probability": 0.01, "unknown_probability": 0.02}
RESULT: dict[str, Any] = {"recording": "a.wav", "murmur": MURMUR, "schema": 1}
EXAM: dict[str, Any] = {"exam": "e", "policy": "clinical", "murmur": MURMUR, "schema": 1}
PARTS: dict[str, Any] = {"audio": {}, "model": {}, "software": {}, "machine": {}}


def written(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def line(thing: object) -> bytes:
    return json.dumps(thing).encode()


def test_what_analyze_prints_is_read(tmp_path: Path) -> None:
    failed = {"recording": "b.wav", "error": "b.wav is empty.", "schema": 1, "exam": "e", "site": "AV"}
    old, new = {**RESULT, "exam": "e", "site": "AV"}, {**RESULT, "provenance": PARTS}
    path = written(tmp_path / "r", line(old), b"", line(failed), line(EXAM), line(new))
    recording, failure, exam, last = read_results(path)
    assert isinstance(recording, StoredRecording)
    assert (recording.name, recording.exam, recording.provenance) == ("a.wav", "e", None)
    assert failure == StoredFailure("b.wav", "e")
    assert isinstance(exam, StoredExam)
    assert isinstance(last, StoredRecording)
    assert last.provenance == PARTS
    assert count_results(path) == 4


BAD = {
    "no JSON": b"heart.wav present",
    "cut": b'{"recording": "a.wav", "mur',
    "no UTF-8": b"\xff\xfe\x00",
    "NaN": line(RESULT).replace(b"0.01", b"NaN"),
    "infinite": line(RESULT).replace(b"0.01", b"1e999"),
    "deep": b"[" * 100_000,
    "a huge number": b'{"schema": ' + b"9" * 5000 + b"}",
    "a list": b"[]",
    "no schema": line({**RESULT, "schema": None}),
    "a later schema": line({**RESULT, "schema": 2}),
    "an event": line({"event": "verdict", "murmur": MURMUR}),
    "no name": line({**RESULT, "recording": ""}),
    "a name that is no text": line({**RESULT, "recording": ["a.wav"]}),
    "an endless name": line({**RESULT, "recording": "a" * 10_000}),
    "no murmur": line({**RESULT, "murmur": None}),
    "another label": line({**RESULT, "murmur": {**MURMUR, "label": "fine"}}),
    "a label that is a list": line({**RESULT, "murmur": {**MURMUR, "label": []}}),
    "a text for a number": line({**RESULT, "murmur": {**MURMUR, "probability": "0.1"}}),
    "a truth for a number": line({**RESULT, "murmur": {**MURMUR, "probability": True}}),
    "more than certain": line({**RESULT, "murmur": {**MURMUR, "probability": 1.1}}),
    "provenance of nothing": line({**RESULT, "provenance": {"audio": {}}}),
    "provenance that is none": line({**RESULT, "provenance": None}),
    "another site": line({**RESULT, "exam": "e", "site": "LV"}),
    "an exam without a site": line({**RESULT, "exam": "e"}),
    "another policy": line({**EXAM, "policy": "lenient"}),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_line_that_is_no_result_is_said_and_the_next_is_read(tmp_path: Path, bad: bytes) -> None:
    first, second = read_results(written(tmp_path / "r", bad, line(RESULT)))
    assert isinstance(first, NoResult)
    assert first.sentence.startswith("Line 1 is no result of `stetho analyze --json`: it")
    assert len(first.sentence) < 200
    assert isinstance(second, StoredRecording)


def test_a_line_that_is_longer_than_any_result_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "r"
    with path.open("wb") as file:
        file.seek(2 * MOST_BYTES + 5)
        file.write(b"\n" + line(RESULT))  # the last line has no end, as after a cut
    first, second = read_results(path)
    assert isinstance(first, NoResult)
    assert "longer" in first.sentence
    assert isinstance(second, StoredRecording)


@given(content=st.binary(max_size=300))
def test_any_bytes_give_lines_and_no_fault(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    assert all(isinstance(stored, NoResult) for stored in read_results(path))


@pytest.mark.parametrize("make", ["gone", "folder", "empty"])
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, make: str) -> None:
    path = tmp_path / make
    if make == "folder":
        path.mkdir()
    if make == "empty":
        path.write_bytes(b"\n \n")
    with pytest.raises(InputError, match="give what `stetho analyze --json` printed"):
        count_results(path)
