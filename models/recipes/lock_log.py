"""`LOCK.md`: each opening of the lock, with what it showed.

The figures of a version are read from here ever after its opening: nobody is judged a second time to see whether it comes out
better. Where the rule is changed all the same, that is another opening, with its reason, and stands here too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from metrics import Figure

LOG = Path(__file__).with_name("LOCK.md")
HEADER = """# Openings of the lock

A fifth of the people, chosen by a hash of their names (`lock.py`), is kept from experiments. Each released version is judged
on them once: by the network of the same recipe that was trained on everybody else, with curves and thresholds of those others.
`build.py` opens the lock and writes the entry; a version is opened for one network alone, and its figures are those that stand here.
An entry holds for one rule (curves, thresholds, the embedding's limit) and one split; under others the same people are judged again,
and that is another entry of the version, with the reason. Entries before 1.2 name no rule.

The lock begins with 1.1. Versions before it were developed with these people in view, and the choices of the first recipe (labels by
site, pooling by phase, the front end) were made on folds of everyone: to that extent the lock was never shut.
"""
TITLE = "## {version}"
_ENTRY = re.compile(
    r"^## (?P<version>\S+?)(?:, opening (?P<number>\d+))?\n"
    r"(?P<date>\S+), network `(?P<network>\w+)`(?:, rule `(?P<rule>\w+)`, split `(?P<split>\w+)`)?, "
    r"(?P<visits>\d+) visits of (?P<people>\d+) people\.(?: Opened again: (?P<why>[^\n]*))?$(?P<table>.*?)(?=^## |\Z)",
    re.MULTILINE | re.DOTALL,
)
_FIGURE = re.compile(r"^\| (.+?) \| ([\d.]+)(?: \[(\S+), (\S+)\])? \|$", re.MULTILINE)


@dataclass(frozen=True)
class Judge:
    """Who judged: hashes of the network, of its rule, and of the split that the rule was fitted on."""

    network_sha256: str
    rule_sha256: str
    split_sha256: str


@dataclass(frozen=True)
class Opening:
    """One entry: when, by whom, how many visits and people, and the figures by name. ``number``: 1 is a version's first;
    ``why``: of a later one. An entry of before 1.2 has no hash of its rule and split."""

    version: str
    date: str
    judge: Judge
    visits: int
    people: int
    figures: Mapping[str, Figure]
    number: int = 1
    why: str = ""


def logged_openings(version: str, log: Path = LOG) -> list[Opening]:
    """Every entry of a version, the first first."""
    found = _ENTRY.finditer(log.read_text(encoding="utf-8"))
    return [_opening(entry) for entry in found if entry["version"] == version]


def _opening(entry: re.Match[str]) -> Opening:
    figures = {
        name: Figure(float(value), float(low or "nan"), float(high or "nan"))
        for name, value, low, high in _FIGURE.findall(entry["table"])
    }
    return Opening(
        entry["version"],
        entry["date"],
        Judge(entry["network"], entry["rule"] or "", entry["split"] or ""),
        int(entry["visits"]),
        int(entry["people"]),
        figures,
        int(entry["number"] or 1),
        entry["why"] or "",
    )


def logged_opening(version: str, judge: Judge, log: Path = LOG) -> Opening | None:
    """The entry of a version by this judge, or None. Raises SystemExit where the version was opened for another network."""
    openings = logged_openings(version, log)
    for one in openings:
        if one.judge.network_sha256 != judge.network_sha256:
            raise SystemExit(
                f"The lock was opened for {version} on {one.date}, of the network {one.judge.network_sha256[:16]}; this one is "
                f"{judge.network_sha256[:16]}. A new network is a new version."
            )
    return next((one for one in openings if one.judge == judge), None)


def may_open(version: str, judge: Judge, why: str, log: Path = LOG) -> int:
    """The number of the opening that would be made. Raises SystemExit where it isn't the first and ``why`` says nothing."""
    openings = logged_openings(version, log)
    if openings and not why:
        last = openings[-1].judge
        changed = "rule" if last.rule_sha256 != judge.rule_sha256 else "split"
        raise SystemExit(
            f"The lock was opened for {version} on {openings[-1].date}; since then the {changed} has changed. To judge the locked "
            f"people again is another opening: say why with --open-again, which stands in {log.name} ever after."
        )
    return len(openings) + 1


def log_opening(opening: Opening, log: Path = LOG) -> None:
    """Append an entry."""
    title, judge = TITLE.format(version=opening.version), opening.judge
    whose = f"network `{judge.network_sha256}`, rule `{judge.rule_sha256}`, split `{judge.split_sha256}`"
    again = f" Opened again: {opening.why}" if opening.number > 1 else ""
    lines = (
        title if opening.number == 1 else f"{title}, opening {opening.number}",
        f"{opening.date}, {whose}, {opening.visits} visits of {opening.people} people.{again}",
        "",
        "| figure | of the locked people [95 % interval] |",
        "| --- | --- |",
        *(f"| {name} | {one} |" for name, one in opening.figures.items()),
        "",
    )
    text = log.read_text(encoding="utf-8")
    log.write_text("\n".join((text.rstrip(), "", *lines)), encoding="utf-8")
