"""A manifest with labels: what an expert heard at each site, and of whom (docs/evaluate.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path
from types import MappingProxyType

from stetho.age import group_of
from stetho.errors import InputError
from stetho.exam.manifest import ManifestRow, read_manifest
from stetho.inference.verdict import Label

MURMUR, EXAM_MURMUR, PERSON, SITE = "murmur", "exam_murmur", "person", "site"
OF_A_PERSON = ("age_group", "sex")
BY_DEFAULT = (*OF_A_PERSON, SITE)
NO_SUBGROUPS = ("path", "exam", MURMUR, EXAM_MURMUR, PERSON)
MOST_GROUPS = 50
NOT_GIVEN = "not given"


@dataclass(frozen=True, slots=True)
class LabelledRecording:
    """One row. truth: what was heard at its site, or None where nobody said. groups: its value in each column."""

    row: ManifestRow
    truth: Label | None
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LabelledExam:
    """One exam. groups: of the columns that say the same in all its rows."""

    exam: str
    person: str
    truth: Label | None
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A whole manifest. columns: those that subgroups are made by."""

    recordings: tuple[LabelledRecording, ...]
    exams: Mapping[str, LabelledExam]
    columns: tuple[str, ...]

    @property
    def used(self) -> tuple[LabelledRecording, ...]:
        """The recordings that a figure rests on: labelled themselves, or of a labelled exam."""
        return tuple(each for each in self.recordings if each.truth or self.exams[each.row.exam].truth)


def read_labelled(csv_path: Path, by: Sequence[str] = ()) -> Labelled:
    """The manifest and its labels. by: further columns for subgroups. Raises InputError, naming line and column."""
    rows = read_manifest(csv_path)
    columns = _columns(csv_path, rows, by)
    _refuse_repeats(csv_path, rows)
    found = tuple(
        LabelledRecording(row, _label(csv_path, row, MURMUR), MappingProxyType(_groups(row, columns))) for row in rows
    )
    for column in columns:
        if len({each.groups[column] for each in found}) > MOST_GROUPS:
            raise InputError(f"The column {column!r} of {csv_path} has more than {MOST_GROUPS} values: no subgroups.")
    members: dict[str, list[LabelledRecording]] = {}
    for each in found:
        members.setdefault(each.row.exam, []).append(each)
    exams = {exam: _exam(csv_path, exam, own, columns) for exam, own in members.items()}
    labelled = Labelled(found, MappingProxyType(exams), columns)
    if not labelled.used:
        raise InputError(f"No row of {csv_path} is labelled: write present, absent or unknown into {MURMUR!r}.")
    return labelled


def _columns(csv_path: Path, rows: Sequence[ManifestRow], by: Sequence[str]) -> tuple[str, ...]:
    there = rows[0].cells
    if MURMUR not in there:
        raise InputError(f"The manifest {csv_path} has no column {MURMUR!r}, which says what was heard at the site.")
    for column in by:
        if column in NO_SUBGROUPS:
            raise InputError(f"The column {column!r} makes no subgroups: name another one for --by.")
        if column not in there:
            raise InputError(f"The manifest {csv_path} has no column {column!r} for --by; it has {', '.join(there)}.")
    given = [column for column in BY_DEFAULT if column in there or (column == "age_group" and "age_years" in there)]
    return tuple(dict.fromkeys((*given, *by)))


def _refuse_repeats(csv_path: Path, rows: Sequence[ManifestRow]) -> None:
    lines: dict[str, int] = {}
    for row in rows:
        before = lines.setdefault(normpath(row.path), row.line)
        if before != row.line:
            raise InputError(f"Lines {before} and {row.line} of {csv_path} name the same path: it would count twice.")


def _label(csv_path: Path, row: ManifestRow, column: str) -> Label | None:
    cell = row.cells.get(column, "").lower()
    if not cell:
        return None
    try:
        return Label(cell)
    except ValueError:
        raise InputError(
            f"Line {row.line} of {csv_path} has {row.cells[column]!r} as {column!r}: write present, absent or unknown, "
            "or nothing where nobody listened."
        ) from None


def _groups(row: ManifestRow, columns: Sequence[str]) -> dict[str, str]:
    groups = {column: row.cells.get(column) or NOT_GIVEN for column in columns}
    if "age_group" in groups:
        given = row.cells.get("age_group", "").lower()
        exact = row.age is not None and row.age.least_years == row.age.most_years
        groups["age_group"] = given or (group_of(row.age.least_years) if exact and row.age else NOT_GIVEN)
    return groups


def _exam(csv_path: Path, exam: str, own: Sequence[LabelledRecording], columns: Sequence[str]) -> LabelledExam:
    rows = [each.row for each in own]
    person = _one_of(csv_path, rows, PERSON, [row.cells.get(PERSON, "") for row in rows]) or exam
    said = [_label(csv_path, row, EXAM_MURMUR) for row in rows]
    given = _one_of(csv_path, rows, EXAM_MURMUR, [label.value if label else "" for label in said])
    truth = Label(given) if given else derived([each.truth for each in own])
    if truth is Label.ABSENT and any(each.truth is Label.PRESENT for each in own):
        line = next(each.row.line for each in own if each.truth is Label.PRESENT)
        raise InputError(f"Line {line} of {csv_path} has a murmur, and its exam {exam!r} none: correct one of them.")
    alike = {column: own[0].groups[column] for column in columns if len({each.groups[column] for each in own}) == 1}
    for column in OF_A_PERSON:
        if column in columns:
            alike[column] = _one_of(csv_path, rows, column, [each.groups[column] for each in own]) or NOT_GIVEN
    return LabelledExam(exam, person, truth, MappingProxyType(alike))


def derived(sites: Sequence[Label | None]) -> Label | None:
    """An exam's label from those of its sites.

    A murmur at one site is one of the exam; it is absent only where it was absent at every site that was recorded.
    """
    if Label.PRESENT in sites:
        return Label.PRESENT
    if None in sites:
        return None
    return Label.UNKNOWN if Label.UNKNOWN in sites else Label.ABSENT


def _one_of(csv_path: Path, rows: Sequence[ManifestRow], column: str, values: Sequence[str]) -> str:
    """What the rows of an exam say of it; some may say nothing, and two must not disagree."""
    first, at = "", 0
    for row, value in zip(rows, values, strict=True):
        if not value or value == NOT_GIVEN:
            continue
        if first and value != first:
            # Without the values: who somebody is stands in no message.
            raise InputError(f"Lines {at} and {row.line} of {csv_path} are of one exam and differ in {column!r}.")
        first, at = value, row.line
    return first
