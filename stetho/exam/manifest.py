"""A CSV of recordings, exams and sites (docs: `--manifest`)."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stetho.age import Age, parse_age
from stetho.errors import InputError
from stetho.exam.site import Site

REQUIRED = ("path", "exam", "site")
_COLUMNS = ", ".join(REQUIRED)
MOST_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One recording of an exam: `name` as the manifest writes it, `path` ready to be opened; the age where it is given.

    line: where it stands in the CSV; cells: all of it, by column, without the blanks around them.
    """

    name: str
    path: Path
    exam: str
    site: Site
    age: Age | None = None
    line: int = 0
    cells: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


def read_manifest(csv_path: Path) -> tuple[ManifestRow, ...]:
    """The rows in the order given; paths are taken relative to the CSV. Raises InputError, naming the line.

    Whether the recordings exist is found out when they are read: one that is missing does not stop the others.
    """
    try:
        with csv_path.open(newline="", encoding="utf-8-sig") as file:
            rows = tuple(_rows(csv_path, csv.DictReader(file)))
    except FileNotFoundError as error:
        raise InputError(f"There is no manifest {csv_path}: name a CSV with the columns {_COLUMNS}.") from error
    except OSError as error:
        raise InputError(f"The manifest {csv_path} can't be opened ({error.strerror}): name a CSV file.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"The manifest {csv_path} is no CSV in UTF-8: save it as one, with the columns {_COLUMNS}."
        ) from error
    if not rows:
        raise InputError(f"The manifest {csv_path} lists no recordings.")
    return rows


def _rows(csv_path: Path, reader: "csv.DictReader[str]") -> Iterator[ManifestRow]:
    header = reader.fieldnames or ()
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        raise InputError(f"The manifest {csv_path} has no column {missing[0]!r}; it needs {_COLUMNS}.")
    twice = [column for index, column in enumerate(header) if column and column in header[:index]]
    if twice:
        raise InputError(f"The manifest {csv_path} has the column {twice[0]!r} twice: rename one.")
    for count, row in enumerate(reader):
        if count >= MOST_ROWS:
            raise InputError(f"The manifest {csv_path} has more than {MOST_ROWS:,} rows: split it.")
        yield _row(csv_path, reader.line_num, row)


def _row(csv_path: Path, line: int, row: dict[str | None, Any]) -> ManifestRow:
    if any(row.pop(None, ())):
        raise InputError(f"Line {line} of {csv_path} has more cells than the header: quote a cell that holds a comma.")
    path, exam, site = (row.get(column) or "" for column in REQUIRED)
    if not path or not exam:
        raise InputError(f"Line {line} of {csv_path} has no path or no exam.")
    if "\0" in path:
        raise InputError(f"Line {line} of {csv_path} has a path with a zero byte in it: write the CSV anew.")
    try:
        age = parse_age(row.get("age_years") or "", row.get("age_group") or "")
        cells = {str(column): (cell or "").strip() for column, cell in row.items()}
        return ManifestRow(path, csv_path.parent / path, exam, Site(site), age, line, cells)
    except InputError as error:
        raise InputError(f"Line {line} of {csv_path}: {error}") from None
    except ValueError:
        known = ", ".join(site.value for site in Site)
        raise InputError(f"Line {line} of {csv_path} has the site {site!r}; the sites are {known}.") from None
