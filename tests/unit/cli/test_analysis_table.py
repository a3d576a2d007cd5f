"""What a table of results may be written over."""

import csv
from pathlib import Path

import numpy as np
import pytest

from stetho.analysis import analyze
from stetho.cli.analysis_run import Outcome
from stetho.cli.analysis_table import Tables
from stetho.errors import ExportError, InputError


@pytest.mark.parametrize("content", [b"RIFF\x24\x00\x00\x00WAVE", b"path,exam,site\n", b"re"])
def test_what_is_no_table_of_results_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "heart.wav"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=r"heart\.wav is no table of results and stays as it is; .*--csv\.$"):
        Tables(path)
    assert path.read_bytes() == content


def test_evidence_is_no_part_of_a_table(tmp_path: Path) -> None:
    result = analyze(np.zeros(8000, np.float32), 4000, evidence=True)
    table = tmp_path / "table.csv"
    Tables(table).add(Outcome("a.wav", result))
    assert "evidence" in result.to_json()
    with table.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["murmur.label"], row["murmur.evidence_s"]) == ("unknown", "")
    assert not any(column.startswith("evidence") for column in row)


def test_an_older_table_and_an_empty_file_are_written_over(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.touch()
    for _ in range(2):
        Tables(path).add(Outcome("a.wav", InputError("a.wav is not there.")))
        assert len(path.read_text(encoding="utf-8").splitlines()) == 2
