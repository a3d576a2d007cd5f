"""The same results as tables: recordings in the named CSV, exams in one beside it."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stetho.cli.analysis_run import Outcome
from stetho.errors import ExportError
from stetho.exam.verdict import ExamResult


class Tables:
    """Collects rows and writes them at the end, so that the header knows every column.

    Nested objects become dotted columns, lists are joined by spaces. Exams go to `NAME.exams.csv`. Raises ExportError,
    at once, where nothing can be written.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir() or not path.parent.is_dir():
            raise ExportError(f"No table can be written to {path}; name a file in a folder that is there.")
        self._files = {False: path, True: path.with_name(f"{path.stem}.exams{path.suffix}")}
        self._rows: dict[bool, list[dict[str, Any]]] = {False: [], True: []}

    def add(self, outcome: Outcome) -> None:
        self._rows[isinstance(outcome.result, ExamResult)].append(flat(outcome.to_json(segments=False)))

    def write(self) -> None:
        for exams, rows in self._rows.items():
            if rows:
                _write(self._files[exams], rows)


def flat(thing: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A JSON object as one row: `{"murmur": {"label": ...}}` has the column `murmur.label`."""
    row: dict[str, Any] = {}
    for key, value in thing.items():
        if isinstance(value, Mapping):
            row.update(flat(value, f"{prefix}{key}."))
        else:
            row[prefix + key] = " ".join(map(str, value)) if isinstance(value, list) else value
    return row


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    try:
        with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
            table = csv.DictWriter(file, columns)
            table.writeheader()
            table.writerows(rows)
    except OSError as error:
        raise ExportError(f"The table {path} could not be written ({error.strerror}).") from error
