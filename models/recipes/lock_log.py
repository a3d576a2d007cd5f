"""`LOCK.md`: each opening of the lock, with what it showed.

The figures of a version are read from here ever after its opening: nobody is judged a second time to see whether it comes out
better.
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

The lock begins with 1.1. Versions before it were developed with these people in view, and the choices of the first recipe (labels by
site, pooling by phase, the front end) were made on folds of everyone: to that extent the lock was never shut.
"""
TITLE = "## {version}"
_ENTRY = r"\n(\S+), network `(\w+)`, (\d+) visits of (\d+) people\.$(.*?)(?=^## |\Z)"
_FIGURE = re.compile(r"^\| (.+?) \| ([\d.]+)(?: \[(\S+), (\S+)\])? \|$", re.MULTILINE)


@dataclass(frozen=True)
class Opening:
    """One entry: when, of which network, how many visits and people, and the figures by name."""

    version: str
    date: str
    network_sha256: str
    visits: int
    people: int
    figures: Mapping[str, Figure]


def logged_opening(version: str, network_sha256: str, log: Path = LOG) -> Opening | None:
    """The entry of a version, or None before it is opened. Raises SystemExit where it was opened for another network."""
    title = re.escape(TITLE.format(version=version))
    found = re.search(f"^{title}{_ENTRY}", log.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if found is None:
        return None
    date, digest, visits, people, table = found.groups()
    if digest != network_sha256:
        raise SystemExit(
            f"The lock was opened for {version} on {date}, of the network {digest[:16]}; this one is {network_sha256[:16]}. "
            "A new network is a new version."
        )
    figures = {
        name: Figure(float(value), float(low or "nan"), float(high or "nan"))
        for name, value, low, high in _FIGURE.findall(table)
    }
    return Opening(version, date, digest, int(visits), int(people), figures)


def log_opening(opening: Opening, log: Path = LOG) -> None:
    """Append an entry."""
    lines = (
        TITLE.format(version=opening.version),
        f"{opening.date}, network `{opening.network_sha256}`, {opening.visits} visits of {opening.people} people.",
        "",
        "| figure | of the locked people [95 % interval] |",
        "| --- | --- |",
        *(f"| {name} | {one} |" for name, one in opening.figures.items()),
        "",
    )
    text = log.read_text(encoding="utf-8")
    log.write_text("\n".join((text.rstrip(), "", *lines)), encoding="utf-8")
