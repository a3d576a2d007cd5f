"""`CARD.md`: what the network is for, what it was made of, how good it is, and where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from beats_figures import StatesFigures
from figures import MurmurFigures, WordFigures
from manifest import COMMAND, Training
from metrics import RESAMPLES, Figure
from other_sources import MadeFigure, SourceFigure
from out_of_range import Distances
from speed import Speed
from subgroups import Subgroup
from verdicts import Rule

TEMPLATE = Path(__file__).with_name("card.template.md")


@dataclass(frozen=True)
class Card:
    """All figures of a release."""

    murmur: MurmurFigures
    quantisation: Figure
    states: StatesFigures
    subgroups: Sequence[Subgroup]
    healthy: Sequence[Subgroup]
    check: Sequence[SourceFigure]
    distances: Sequence[Distances]
    distance_limit: float
    made: Sequence[MadeFigure]
    robustness: Mapping[str, Figure]
    speed: Sequence[Speed]
    training: Training
    rule: Rule


def write_card(folder: Path, card: Card) -> None:
    """Write ``folder/CARD.md`` and print its figures."""
    tables = {
        "murmur": _murmur(card.murmur, card.quantisation),
        "words": _words(card.murmur.words),
        "confusion": _confusion(card.murmur.words),
        "states": _states(card.states),
        "subgroups": _subgroups([*card.subgroups, *card.healthy]),
        "check": _check(card.check),
        "distances": _distances(card.distances),
        "made": _made(card.made),
        "robustness": _table(
            ("changed", "recording AUROC"), [(name, str(one)) for name, one in card.robustness.items()]
        ),
        "speed": _speed(card.speed),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, table in tables.items():
        print(f"{name}\n{table}\n", flush=True)
        text = text.replace(f"<!-- {name} -->", table)
    facts = {
        "version": folder.name,
        "command": COMMAND.format(version=folder.name),
        "resamples": f"{RESAMPLES:,}",
        "rows": f"{sum(card.training.rows.values()):,}",
        "present_threshold": f"{card.rule.recording.present:.2f}",
        "unknown_threshold": f"{card.rule.recording.unknown:.2f}",
        "distance_limit": f"{card.distance_limit:.2f}",
        "split": card.training.split_sha256[:16],
    }
    for name, fact in facts.items():
        text = text.replace(f"{{{name}}}", fact)
    (folder / "CARD.md").write_text(text, encoding="utf-8")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _murmur(figures: MurmurFigures, quantisation: Figure) -> str:
    rows = [
        ("visit, AUROC, highest of its usable recordings (the shipped rule)", figures.exam_auroc),
        ("visit, AUROC, mean of its recordings", figures.exam_auroc_of_mean),
        ("visit, sensitivity at specificity 0.90", figures.sensitivity_at_90),
        ("recording, AUROC against what the expert heard at that site", figures.recording_auroc),
        ("recording, expected calibration error, ten bins of equal count", figures.calibration_error),
        ("recording, AUROC of unknown", figures.recording_unknown_auroc),
        ("visit, AUROC of unknown", figures.exam_unknown_auroc),
        ("visit, AUROC: eight bits less float", quantisation),
    ]
    precise = {"visit, AUROC: eight bits less float"}
    return _table(
        ("CirCor, out of fold", "figure [95 % interval]"),
        [(name, _fine(one) if name in precise else str(one)) for name, one in rows],
    )


def _fine(one: Figure) -> str:
    return f"{one.value:+.4f} [{one.low:+.4f}, {one.high:+.4f}]"


def _words(figures: WordFigures) -> str:
    values = (figures.sensitivity, figures.specificity, figures.unknown_found, figures.weighted_accuracy)
    return _table(
        ("sensitivity", "specificity", "unknown visits called unknown", "weighted accuracy"),
        [tuple(str(value) for value in values)],
    )


def _confusion(figures: WordFigures) -> str:
    names = ("present", "unknown", "absent")
    rows = [(name, *(str(count) for count in row)) for name, row in zip(names, figures.confusion, strict=True)]
    return _table(("visits: the expert said", "called present", "called unknown", "called absent"), rows)


def _states(figures: StatesFigures) -> str:
    return _table(
        ("CirCor, out of fold, annotated spans", "figure [95 % interval]"),
        [
            (f"onsets of S1 and S2 within 100 ms, F1 ({figures.annotated_onsets:,} onsets)", str(figures.both)),
            ("onsets of S1, F1", str(figures.first)),
            ("onsets of S2, F1", str(figures.second)),
            (f"frames of 40 ms right, decoded ({figures.frames:,} frames)", str(figures.decoded_accuracy)),
            ("frames right, network alone", str(figures.network_accuracy)),
        ],
    )


def _subgroups(rows: Sequence[Subgroup]) -> str:
    return _table(
        ("part", "recordings", "measure", "figure [95 % interval]"),
        [(row.name, str(row.items), row.measure, str(row.figure)) for row in rows],
    )


def _check(rows: Sequence[SourceFigure]) -> str:
    return _table(
        ("source", "clips", "AUROC [95 % interval]"), [(row.name, str(row.clips), str(row.auroc)) for row in rows]
    )


def _made(rows: Sequence[MadeFigure]) -> str:
    return _table(
        ("simulated heart", "hearts", "log-odds: lowest, median, highest", "share called present"),
        [
            (row.name, str(row.hearts), f"{row.low:.1f}, {row.median:.1f}, {row.high:.1f}", f"{row.called:.2f}")
            for row in rows
        ],
    )


def _distances(rows: Sequence[Distances]) -> str:
    return _table(
        ("sound", "windows", "median distance", "share above the limit"),
        [(row.name, f"{row.windows:,}", f"{row.median:.2f}", f"{row.above:.4f}") for row in rows],
    )


def _speed(rows: Sequence[Speed]) -> str:
    return _table(
        ("file", "kB", "median µs a window", "99th percentile"),
        [(row.file, f"{row.kilobytes:.0f}", f"{row.median_us:.0f}", f"{row.p99_us:.0f}") for row in rows],
    )
