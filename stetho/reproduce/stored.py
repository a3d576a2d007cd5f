"""Results as `stetho analyze --json` printed them, read again: a file from outside, so every line is doubted."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from stetho.errors import InputError
from stetho.exam.site import Site
from stetho.exam.verdict import Policy
from stetho.inference.verdict import Label

SCHEMA = 1
MOST_BYTES = 16_000_000
"""A line's; an hour's take with its segments has 2 MB."""
LONGEST_NAME = 4096
Json = dict[str, Any]
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """One result; `provenance` is None where it was made before results had one."""

    name: str
    result: Json
    provenance: Json | None
    exam: str | None
    site: Site | None


@dataclass(frozen=True, slots=True)
class StoredExam:
    """One exam's result."""

    name: str
    policy: Policy
    result: Json


@dataclass(frozen=True, slots=True)
class StoredFailure:
    """A recording that could not be read, and so has no result."""

    name: str
    exam: str | None


@dataclass(frozen=True, slots=True)
class NoResult:
    """A line, counted from 1, that is none of these; the sentence says why."""

    line: int
    sentence: str


Stored = StoredRecording | StoredExam | StoredFailure | NoResult


class _WrongError(ValueError):
    """What is wrong with a line, in a few words."""


def read_results(path: Path) -> Iterator[Stored]:
    """Each line in order; empty ones are skipped. Raises InputError for a file that can't be read or is none."""
    for line, content in _lines(path):
        try:
            yield _stored(content)
        except _WrongError as error:
            yield NoResult(line, f"Line {line} is no result of `stetho analyze --json`: {error}.")


def count_results(path: Path) -> int:
    """How many lines there are to do. Raises InputError as `read_results` does, and for a file without any."""
    count = sum(1 for _ in _lines(path))
    if not count:
        raise InputError(f"{path} holds no results; give what `stetho analyze --json` printed.")
    return count


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of each line that is not blank; None in place of one that is longer than any result."""
    if not path.is_file():
        raise InputError(f"{path} is no file; give what `stetho analyze --json` printed.")
    try:
        with path.open("rb") as file:
            number = 0
            while content := file.readline(MOST_BYTES):
                number += 1
                whole = content.endswith(b"\n") or len(content) < MOST_BYTES
                while not (content.endswith(b"\n") or len(content) < MOST_BYTES):
                    content = file.readline(MOST_BYTES)
                if not whole:
                    yield number, None
                elif content.strip():
                    yield number, content
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}); check its permissions.") from error


def _stored(content: bytes | None) -> Stored:
    if content is None:
        raise _WrongError("it is longer than any")
    try:
        thing = json.loads(content, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise _WrongError("it is no JSON") from None
    if not isinstance(thing, dict):
        raise _WrongError("it is no object")
    if "event" in thing:
        raise _WrongError("it is an event of `stetho live`; analyse the saved recording")
    if thing.get("schema") != SCHEMA:
        raise _WrongError("it is of another form than this version of stetho reads")
    if "policy" in thing:
        return _exam(thing)
    name, exam = _name(thing, "recording"), _name(thing, "exam") if "exam" in thing else None
    if "error" in thing:
        return StoredFailure(name, exam)
    _murmur(thing)
    site = _one_of(Site, thing.get("site"), "site") if exam is not None else None
    return StoredRecording(name, thing, _provenance(thing), exam, site)


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError
    return number


def _exam(thing: Json) -> StoredExam:
    _murmur(thing)
    return StoredExam(_name(thing, "exam"), _one_of(Policy, thing["policy"], "policy"), thing)


def _name(thing: Json, key: str) -> str:
    name = thing.get(key)
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise _WrongError(f"it has no {key}")
    return name


def _one_of(kind: type[E], value: Any, what: str) -> E:
    try:
        return kind(value)
    except ValueError:
        raise _WrongError(f"it has no {what} that is known") from None


def _murmur(thing: Json) -> None:
    murmur = _table(thing, "murmur")
    _one_of(Label, murmur.get("label"), "label")
    for key in ("probability", "unknown_probability"):
        chance = murmur.get(key)
        if chance is not None and (isinstance(chance, bool) or not isinstance(chance, int | float)):
            raise _WrongError(f"its {key} is no number")
        if chance is not None and not 0 <= chance <= 1:
            raise _WrongError(f"its {key} is not in 0..1")


def _provenance(thing: Json) -> Json | None:
    if "provenance" not in thing:
        return None
    provenance = _table(thing, "provenance")
    for part in ("audio", "model", "software", "machine"):
        _table(provenance, part)
    return provenance


def _table(thing: Mapping[str, Any], key: str) -> Json:
    found = thing.get(key)
    if not isinstance(found, dict):
        raise _WrongError(f"it has no {key}")
    return found
