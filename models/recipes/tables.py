"""The figures as Markdown tables, for the card and for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from beats_figures import StatesFigures
from figures import MurmurFigures, WordFigures
from metrics import Figure
from other_sources import MadeFigure, SourceFigure
from out_of_range import Distances
from speed import Speed
from subgroups import Subgroup

if TYPE_CHECKING:
    from card import Card
    from evaluate import Evaluation


def out_of_fold_tables(evaluation: Evaluation) -> dict[str, str]:
    """The tables of people that the networks had never heard, by the name that the card's template gives them."""
    return {
        "murmur": _murmur(evaluation.murmur, evaluation.quantisation),
        "words": _words(evaluation.murmur.words),
        "confusion": _confusion(evaluation.murmur.words),
        "states": _states(evaluation.states),
        "subgroups": _subgroups([*evaluation.subgroups, *evaluation.healthy]),
        "robustness": _table(
            ("changed", "recording AUROC"), [(name, str(one)) for name, one in evaluation.robustness.items()]
        ),
    }


def release_tables(card: Card) -> dict[str, str]:
    """The tables of the network that ships."""
    return {
        "check": _check(card.check),
        "distances": _distances(card.distances),
        "made": _made(card.made),
        "speed": _speed(card.speed),
    }


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
