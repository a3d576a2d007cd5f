"""stetho/clock.py is the only reader of time, so that a test, or a replay, can be faster than it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
READERS = {
    "stetho/clock.py",
    "stetho/bench/timing.py",  # measures calls of microseconds, where a Clock's own call would be half of it
    "stetho/bench/peers/run_neurokit2.py",  # runs in another interpreter, where there is no stetho
    "stetho/bench/peers/run_pypcg.py",  # the same
}
MODULES = sorted(
    path for package in ("stetho", "firmware_bridge", "hw_sim") for path in (REPOSITORY / package).rglob("*.py")
)


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def readings(source: str) -> Iterator[str]:
    """Where a source reads time itself: the module `time`, the date of today, the time of an event loop."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names) if any(n.name in {"time", "timeit"} for n in names):
                yield f"line {node.lineno} imports {names[0].name}"
            case ast.ImportFrom(module="time" | "timeit" as module, level=0):
                yield f"line {node.lineno} imports from {module}"
            case ast.Attribute(attr="now" | "utcnow" | "today", value=ast.Name(id="datetime" | "date" as kind)):
                yield f"line {node.lineno} reads {kind}.{node.attr}"
            case ast.Attribute(attr="now" | "utcnow" | "today", value=ast.Attribute(attr="datetime" | "date")):
                yield f"line {node.lineno} reads datetime.{node.attr}"
            case ast.Call(func=ast.Attribute(attr="time"), args=[], keywords=[]):
                yield f"line {node.lineno} reads a loop's time"


@pytest.mark.parametrize(
    "source",
    [
        "import os, time",
        "from time import monotonic",
        "def f():\n    import time as t",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now",
        "from datetime import date\ndate.today()",
        "import timeit",
        "asyncio.get_running_loop().time()",
    ],
)
def test_each_way_to_read_time_is_seen(source: str) -> None:
    assert list(readings(source))


def test_words_for_time_are_no_reading() -> None:
    assert not list(readings("from datetime import UTC, datetime\ndatetime(2026, 1, 1, tzinfo=UTC)\nclock.now_utc()"))


def test_time_is_read_in_one_place() -> None:
    found = {name(path): list(readings(path.read_text(encoding="utf-8"))) for path in MODULES}
    assert {module: places for module, places in found.items() if places and module not in READERS} == {}
    assert all(found[reader] for reader in READERS), "an exception that is none any more"
