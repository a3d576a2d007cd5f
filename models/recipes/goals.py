"""What was aimed at and missed, by how much, and what was tried: from the figures, and from the rows of `EXPERIMENTS.md`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from figures import Goal, Line
from lock_log import Opening
from measured import Aim
from metrics import Figure

if TYPE_CHECKING:  # torch comes with them
    from release_figures import ReleaseFigures
    from speed import Speed
    from timing_figures import TimingFigure

LOG = Path(__file__).with_name("EXPERIMENTS.md")
LEAST_TRIED = 3
FASTEST_US = Goal("<=", 800.0)

# What was tried for a goal: a part of its name, and for each attempt a part of one row of the log. The first that fits holds.
ATTEMPTS: Mapping[str, tuple[str, ...]] = {
    "not a heart": ("windows without a heart (voices",),
    "packets lost": (),
    "robustness": ("steady noise makes the network", "where noise fills the band", "hidden long before the noise"),
    "calibration error": ("from which unknown probability on", "what speaks for a visit?", "mean of two seeds"),
    "called unknown": ("from which unknown probability on", "unusable recordings teach unknown", "mixup in power"),
    "diastolic": (
        "share 0.25 of silent windows",
        "without bursts, share 0.2",
        "loss of systolic and diastolic",
        "shapes of made murmurs",
        "made murmurs at full weight",
    ),
    "systolic": ("loss of systolic and diastolic", "shapes of made murmurs", "made murmurs at full weight"),
    "visit": (
        "mean of two seeds",
        "half from two teachers",
        "what speaks for a visit?",
        "mixup in power",
        "too small for what there is",
    ),
    "recording": ("mean of two seeds", "half from two teachers", "mixup in power", "too small for what there is"),
}


@dataclass(frozen=True)
class Attempt:
    """One row of the log: what was supposed or asked, and what became of it."""

    hypothesis: str
    kept: str


def aims(figures: ReleaseFigures) -> Iterator[Aim]:
    """Every goal that the release has."""
    evaluation = figures.evaluation
    calibration = [one.error for one in evaluation.reliability]
    yield from _of_lines([*evaluation.headline, *evaluation.product, *calibration])
    yield from _of_lock(figures.lock, [*evaluation.headline, *evaluation.product, *calibration])
    yield from _of_timing(figures.timing)
    yield from _of_speed(figures.speed[0])
    for measured in figures.measured.values():
        if measured is not None:
            yield from measured.aims


def _of_lines(lines: Sequence[Line]) -> Iterator[Aim]:
    return (Aim(line.name, line.goal, line.figure.mean) for line in lines if line.goal is not None)


def _of_lock(lock: Opening, lines: Sequence[Line]) -> Iterator[Aim]:
    for line in lines:
        if line.goal is not None and line.name in lock.figures:
            yield Aim(f"behind the lock, {line.name}", line.goal, lock.figures[line.name])


def _of_timing(rows: Sequence[TimingFigure]) -> Iterator[Aim]:
    for row in rows:
        for half, one in (("systolic", row.systolic), ("diastolic", row.diastolic)):
            if row.goal is not None and one is not None:
                yield Aim(f"{row.source}: {half}, balanced", row.goal, one)


def _of_speed(one: Speed) -> Iterator[Aim]:
    yield Aim(f"{one.file}: median µs a window, one thread", FASTEST_US, Figure(one.median_us, math.nan, math.nan))


def tried(what: str, rows: Sequence[Sequence[str]]) -> list[Attempt]:
    """The logged attempts at a goal; a part that no row has is left out."""
    parts = next((parts for name, parts in ATTEMPTS.items() if name in what), ())
    found = (next((row for row in rows if any(part in cell for cell in row)), None) for part in parts)
    return [Attempt(row[0], re.split(r"[:;,.]", row[-1])[0]) for row in found if row is not None]


def logged_rows(log: Path = LOG) -> list[list[str]]:
    """The cells of every row of the log's tables, titles and rules left out."""
    lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return [
        row
        for row, after in zip(rows, [*rows[1:], [""]], strict=True)
        if not {row[0], after[0]} & {"---"} and len(row) > 2
    ]


def missed_table(found: Sequence[Aim], rows: Sequence[Sequence[str]]) -> str:
    """A row for each goal that is missed by its value, and below, once each, what was tried."""
    missed = [(aim, tried(aim.what, rows)) for aim in found if not aim.met]
    if not missed:
        return "None."
    numbers: dict[Attempt, int] = {}
    for _, attempts in missed:
        for one in attempts:
            numbers.setdefault(one, len(numbers) + 1)
    lines = [
        "| goal missed | asked | found [95 % interval] | missing | tried, below |",
        "| --- | --- | --- | --- | --- |",
    ]
    for aim, attempts in missed:
        short = abs(aim.figure.value - aim.goal.bound)
        words = ", ".join(str(numbers[one]) for one in attempts) or "nothing logged"
        few = "" if len(attempts) >= LEAST_TRIED else f" (**fewer than {LEAST_TRIED}**)"
        lines.append(f"| {aim.what} | {aim.goal} | {aim.figure} | {short:.3f} | {words}{few} |")
    listed = (f"{number}. {one.hypothesis}: {one.kept}" for one, number in numbers.items())
    return "\n".join(
        (*lines, "", "Tried, as `models/recipes/EXPERIMENTS.md` has it; whether it was kept:", "", *listed)
    )
