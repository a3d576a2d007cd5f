"""The same results as tables: recordings in the named CSV, exams in one beside it."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stetho.cli.analysis_run import Outcome
from stetho.errors import ExportError
from stetho.exam.site import Site
from stetho.exam.verdict import ExamResult

_MURMUR = ("murmur.label", "murmur.probability", "murmur.unknown_probability")
RECORDING_COLUMNS = (
    *("recording", "exam", "site", "error", "duration_s", "sample_rate_hz"),
    *("quality.usable", "quality.score", "quality.reasons", "quality.good_s", "quality.best_s"),
    *("heart_rate_bpm", "heart_rate_confidence"),
    *(*_MURMUR, "murmur.timing", "murmur.timing_reason", "murmur.evidence_s", "murmur.reason", "applicability"),
    *("calibration.id", "calibration.state", "concealed_share", "origin"),
    *("model.name", "model.version", "model.sha256", "notice", "schema"),
    *(f"provenance.audio.{name}" for name in ("samples", "sha256", "holes_sha256", "file_sha256")),
    *(f"provenance.model.{name}" for name in ("name", "version", "network_sha256", "manifest_sha256", "mel_sha256")),
    "provenance.calibration_id",
    *(f"provenance.software.{name}" for name in ("stetho", "onnxruntime", "numba", "numpy", "python")),
    *(f"provenance.machine.{name}" for name in ("system", "architecture", "processor", "features", "kernels_for")),
)
NO_CELLS = ("provenance.windows", "evidence.")
"""Tables and curves in themselves: in JSON alone."""
EXAM_COLUMNS = (
    *("exam", "policy", *_MURMUR, "murmur.reason", "loudest_site"),
    *(f"sites.{site.value}" for site in Site),
    *("applicability", "origins", "notice", "schema"),
)


class Tables:
    """Writes each row as it comes, so that a batch that is cut short leaves what was done.

    Nested objects become dotted columns, lists are joined by spaces. Exams go to `NAME.exams.csv`. Raises ExportError,
    at once, where nothing can be written.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir() or not path.parent.is_dir():
            raise ExportError(f"No table can be written to {path}; name a file in a folder that is there.")
        self._recordings = _Table(path, RECORDING_COLUMNS)
        self._exams = _Table(path.with_name(f"{path.stem}.exams{path.suffix}"), EXAM_COLUMNS)

    def add(self, outcome: Outcome) -> None:
        """The next row, which is in its file when this returns."""
        table = self._exams if isinstance(outcome.result, ExamResult) else self._recordings
        row = flat(outcome.to_json(segments=False))
        table.add({column: cell for column, cell in row.items() if not column.startswith(NO_CELLS)})


class _Table:
    """One file, begun with its first row."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._columns = path, columns
        self._begun = False
        self._spare_others()

    def _spare_others(self) -> None:
        """Only an empty file or an older table like this one is written over: never a recording, never a manifest."""
        if not self._path.is_file():  # not there yet, or a pipe, which would be waited for
            return
        begins = f"{self._columns[0]},".encode()
        try:
            with self._path.open("rb") as file:
                found = file.read(len(begins))
        except OSError as error:
            raise ExportError(f"The table {self._path} could not be written ({error.strerror}).") from error
        if found not in {b"", begins}:
            raise ExportError(f"{self._path} is no table of results and stays as it is; name another file for --csv.")

    def add(self, row: Mapping[str, Any]) -> None:
        try:
            with self._path.open("a" if self._begun else "w", newline="", encoding="utf-8", errors="replace") as file:
                table = csv.DictWriter(file, self._columns)
                if not self._begun:
                    table.writeheader()
                table.writerow(row)
        except OSError as error:
            raise ExportError(f"The table {self._path} could not be written ({error.strerror}).") from error
        self._begun = True


def flat(thing: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A JSON object as one row: `{"murmur": {"label": ...}}` has the column `murmur.label`."""
    row: dict[str, Any] = {}
    for key, value in thing.items():
        if isinstance(value, Mapping):
            row.update(flat(value, f"{prefix}{key}."))
        else:
            row[prefix + key] = " ".join(map(str, value)) if isinstance(value, list) else value
    return row
