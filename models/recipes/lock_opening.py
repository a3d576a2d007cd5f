"""Opening the lock: once for each released version, and written down.

The figures of the entry are what the release says of the locked people. They are read from there ever after: nobody is judged
a second time to see whether it comes out better.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from dataset import Recording
from features import Features
from figures import headline
from judged import judge
from metrics import Figure
from out_of_fold import only, scored
from reliability import reliability
from runs import UNLOCKED
from verdicts import Rule

LOG = Path(__file__).with_name("LOCK.md")
HEADER = """# Openings of the lock

A fifth of the people, chosen by a hash of their names (`lock.py`), is kept from experiments. Each released version is judged
on them once: by the network of the same recipe that was trained on everybody else, with curves and thresholds of those others.
`build.py` opens the lock and writes the entry; a version is opened for one network alone, and its figures are those that stand here.

The lock begins with 1.1. Versions before it were developed with these people in view, and the choices of the first recipe (labels by
site, pooling by phase, the front end) were made on folds of everyone: to that extent the lock was never shut.
"""
ENTRY = "## {version}"


@dataclass(frozen=True)
class Opening:
    """One entry: when, of which network, how many visits and people, and the figures by name."""

    version: str
    date: str
    network_sha256: str
    visits: int
    people: int
    figures: dict[str, Figure]


def open_lock(version: str, rows: Sequence[Recording], features: Features, work: Path, rule: Rule) -> Opening:
    """The version's opening: read where it is logged, and else made and logged.

    Raises SystemExit where the version has been opened for another network.
    """
    network = work / f"{UNLOCKED.name}.int8.onnx"
    digest = hashlib.sha256(network.read_bytes()).hexdigest()
    logged = logged_opening(version)
    if logged is None:
        logged = _opened(version, digest, rows, features, work, rule)
        _log(logged)
    if logged.network_sha256 != digest:
        raise SystemExit(
            f"The lock has been opened for {version}, of the network {logged.network_sha256[:16]}; this one is {digest[:16]}. "
            "A new network is a new version."
        )
    return logged


def _opened(
    version: str, digest: str, rows: Sequence[Recording], features: Features, work: Path, rule: Rule
) -> Opening:
    scores = only(rows, scored(UNLOCKED, rows, features, work), "circor")
    judged = judge([rows[index] for index in scores.rows], scores, rule)
    figures = {line.name: line.figure.mean for line in headline([judged])}
    for one in reliability([judged]):
        figures |= {one.error.name: one.error.figure.mean, one.brier.name: one.brier.figure.mean}
    date = datetime.now(UTC).date().isoformat()
    return Opening(version, date, digest, len(judged.exams.truth), len(np.unique(judged.exams.people)), figures)


def _log(opening: Opening) -> None:
    lines = [f"| {name} | {one} |" for name, one in opening.figures.items()]
    entry = "\n".join(
        (
            ENTRY.format(version=opening.version),
            f"{opening.date}, network `{opening.network_sha256}`, {opening.visits} visits of {opening.people} people.",
            "",
            "| figure | of the locked people [95 % interval] |",
            "| --- | --- |",
            *lines,
            "",
        )
    )
    text = LOG.read_text(encoding="utf-8") if LOG.exists() else HEADER
    LOG.write_text(f"{text.rstrip()}\n\n{entry}", encoding="utf-8")


def logged_opening(version: str) -> Opening | None:
    """What `LOCK.md` holds of a version."""
    text = LOG.read_text(encoding="utf-8") if LOG.exists() else ""
    found = re.search(
        rf"^{re.escape(ENTRY.format(version=version))}\n(\S+), network `(\w+)`, (\d+) visits of (\d+) people\.$(.*?)(?=^## |\Z)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    if found is None:
        return None
    date, digest, visits, people, table = found.groups()
    figures = {
        name: Figure(float(value), float(low or "nan"), float(high or "nan"))
        for name, value, low, high in re.findall(
            r"^\| (.+?) \| ([\d.]+)(?: \[(\S+), (\S+)\])? \|$", table, re.MULTILINE
        )
    }
    return Opening(version, date, digest, int(visits), int(people), figures)
