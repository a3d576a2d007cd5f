"""The figures as Markdown tables, for the card, the report and the screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from beats_figures import StatesFigures
from dataset import LABELS
from figures import Line, Quantisation, Trade, confusion
from flags import Flags
from goals import aims, logged_rows, missed_table
from in_product import PREFIX, InProduct, refusals
from judged import Judged
from lock_log import Opening
from measured import NOT_A_HEART, ROBUSTNESS, text_of
from metrics import Figure
from other_sources import MadeFigure, SourceFigure
from out_of_range import Distances
from reliability import Reliability
from speed import Speed
from subgroups import Part, Share
from timing_figures import TimingFigure

if TYPE_CHECKING:
    from evaluate import Evaluation
    from release_figures import ReleaseFigures

FIGURE = "figure [95 % interval]"


def out_of_fold_tables(evaluation: Evaluation) -> dict[str, str]:
    """The tables of people that the networks had never heard, by the name that the templates give them."""
    return {
        "headline": headline_table(evaluation.headline),
        "product": product_table(evaluation),
        "product_confusion": _confusion([one.judged for one in evaluation.in_product]),
        "refusals": _refusals(evaluation.in_product),
        "calibration": headline_table(calibration_lines(evaluation)),
        "by_chance": _by_chance(evaluation.reliability),
        "confusion": _confusion(evaluation.seeds),
        "trade": _trade(evaluation.trade),
        "flags": _flags(evaluation.flags),
        "visit_parts": _parts(evaluation.visit_parts),
        "recording_parts": _parts(evaluation.recording_parts),
        "healthy": _shares(evaluation.healthy),
        "timing": timing_table(evaluation.timing),
        "timing_counts": timing_counts(evaluation.timing),
        "states": _states(evaluation.states),
        "quantisation": _quantisation(evaluation.quantisation),
    }


def release_tables(figures: ReleaseFigures) -> dict[str, str]:
    """The tables of the network that ships, and of its twin that was judged behind the lock."""
    return {
        "lock": lock_table(
            figures.lock,
            [*figures.evaluation.headline, *calibration_lines(figures.evaluation), *figures.evaluation.product],
        ),
        "gates": _gates(figures),
        "sources": _sources(figures.sources),
        "distances": _distances(figures.distances),
        "made": _made(figures.made.figures),
        "made_timing": timing_table(figures.timing),
        "made_timing_counts": timing_counts(figures.timing),
        "speed": _speed(figures.speed),
        "missed": missed_table(list(aims(figures)), logged_rows()),
        "not_a_heart": text_of(figures.measured[NOT_A_HEART], NOT_A_HEART, figures.lock.version),
        "robustness": text_of(figures.measured[ROBUSTNESS], ROBUSTNESS, figures.lock.version),
    }


def calibration_lines(evaluation: Evaluation) -> list[Line]:
    """The error and the Brier score of every claim."""
    return [line for one in evaluation.reliability for line in (one.error, one.brier)]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def headline_table(lines: Sequence[Line]) -> str:
    """Each line with every seed's value, and what was aimed at."""
    return table(
        ("CirCor, out of fold", "mean of the seeds [95 % interval]", "each seed", "goal"),
        [(line.name, str(line.figure.mean), _each(line), _goal(line)) for line in lines],
    )


def product_table(evaluation: Evaluation) -> str:
    """What the product says, beside what network and rule alone would have said."""
    alone = {line.name: line.figure.mean for line in evaluation.headline}
    rows = []
    for line in evaluation.product:
        name = line.name.removeprefix(PREFIX)
        without = str(alone[name]) if name in alone else "-"
        rows.append((name, str(line.figure.mean), _each(line), without, _goal(line)))
    head = ("CirCor, out of fold", "in the product [95 % interval]", "each seed", "network and rule alone", "goal")
    return table(head, rows)


def _refusals(seeds: Sequence[InProduct]) -> str:
    return table(
        ("why a recording is unknown in the product", "recordings", "of these, the expert could judge"),
        [(name.replace("_", " "), f"{count:.1f}", f"{judgeable:.1f}") for name, count, judgeable in refusals(seeds)],
    )


def _each(line: Line) -> str:
    return ", ".join(f"{value:.3f}" for value in line.figure.each)


def _goal(line: Line) -> str:
    if line.goal is None:
        return ""
    return f"{line.goal}: {'met' if line.goal.met(line.figure.mean.value) else 'missed'}"


def lock_table(opening: Opening, lines: Sequence[Line]) -> str:
    """The locked people's figures beside those of the folds."""
    folds = {line.name: line for line in lines}
    rows = []
    for name, one in opening.figures.items():
        line = folds.get(name)
        rows.append(
            (name, str(one), "" if line is None else str(line.figure.mean), "" if line is None else _at(line, one))
        )
    return table(("figure", "locked people", "folds", "goal, on the locked"), rows)


def _at(line: Line, one: Figure) -> str:
    return "" if line.goal is None else f"{line.goal}: {'met' if line.goal.met(one.value) else 'missed'}"


def _fine(one: Figure) -> str:
    return f"{one.value:+.4f} [{one.low:+.4f}, {one.high:+.4f}]"


def _by_chance(rows: Sequence[Reliability]) -> str:
    return table(
        ("probability", "calibration error", "by chance, were it perfect"),
        [(row.name, f"{row.error.figure.mean.value:.3f}", f"{row.by_chance:.3f}") for row in rows],
    )


def _confusion(seeds: Sequence[Judged]) -> str:
    """The mean over seeds of the counts."""
    counts = [confusion(judged.exams.truth, judged.exam_said) for judged in seeds]
    rows = []
    for index, label in enumerate(LABELS):
        means = (sum(count[index][word] for count in counts) / len(counts) for word in range(len(LABELS)))
        rows.append((label, *(f"{mean:.1f}" for mean in means)))
    return table(("visits: the expert said", *(f"called {word}" for word in LABELS)), rows)


def _trade(rows: Sequence[Trade]) -> str:
    return table(
        ("unknown from", "weighted accuracy", "judgeable called unknown", "unknown found", "sensitivity"),
        [
            (
                f"{row.threshold:.2f}",
                f"{row.weighted:.3f}",
                f"{row.unknown_of_judgeable:.3f}",
                f"{row.unknown_found:.3f}",
                f"{row.sensitivity:.3f}",
            )
            for row in rows
        ],
    )


def _flags(rows: Sequence[Flags]) -> str:
    return table(
        ("with a murmur", "flagged, of 100", "of these right", "murmurs missed or unknown", "unknown, of 100"),
        [
            (
                f"{row.prevalence:.0%}",
                _tenths(row.flagged),
                _tenths(row.right),
                _tenths(row.missed),
                _tenths(row.unknown),
            )
            for row in rows
        ],
    )


def _tenths(one: Figure) -> str:
    return f"{one.value:.1f} [{one.low:.1f}, {one.high:.1f}]"


def _parts(rows: Sequence[Part]) -> str:
    return table(
        (f"{rows[0].items}", "with, without", "sensitivity", "specificity", "AUROC"),
        [
            (
                row.name,
                f"{row.present}, {row.absent}",
                _known(row.sensitivity),
                _known(row.specificity),
                _known(row.area),
            )
            for row in rows
        ],
    )


def _known(one: Figure | None) -> str:
    return "-" if one is None or math.isnan(one.value) else str(one)


def _shares(rows: Sequence[Share]) -> str:
    return table(("", "recordings", "share"), [(row.name, str(row.items), str(row.figure)) for row in rows])


def _states(figures: StatesFigures) -> str:
    return table(
        ("CirCor, out of fold, annotated spans", FIGURE),
        [
            (f"onsets of S1 and S2 within 100 ms, F1 ({figures.annotated_onsets:,} onsets)", str(figures.both)),
            ("onsets of S1, F1", str(figures.first)),
            ("onsets of S2, F1", str(figures.second)),
            (f"frames of 40 ms right, decoded ({figures.frames:,} frames)", str(figures.decoded_accuracy)),
            ("frames right, network alone", str(figures.network_accuracy)),
        ],
    )


def _quantisation(figures: Quantisation) -> str:
    return table(
        ("eight bits less float, folds of one seed", "figure"),
        [
            ("visit, AUROC", _fine(figures.visit)),
            ("recording, AUROC", _fine(figures.recording)),
            ("change of a recording's probability, largest", f"{figures.largest_change:.3f}"),
            ("change of a recording's probability, 99 % below", f"{figures.usual_change:.3f}"),
        ],
    )


def timing_table(rows: Sequence[TimingFigure]) -> str:
    """Balanced accuracies."""
    return table(
        ("murmurs of", "murmurs", "systolic, balanced", "diastolic, balanced", "goal"),
        [
            (row.source, str(row.murmurs), _known(row.systolic), _known(row.diastolic), _timing_goal(row))
            for row in rows
        ],
    )


def _timing_goal(row: TimingFigure) -> str:
    if row.goal is None:
        return ""
    halves = (("systolic", row.systolic), ("diastolic", row.diastolic))
    words = (f"{name} {'met' if row.goal.met(one.value) else 'missed'}" for name, one in halves if one is not None)
    return f"{row.goal}: {', '.join(words)}"


def timing_counts(rows: Sequence[TimingFigure]) -> str:
    """What is said of each kind."""
    kinds = ("systolic", "diastolic", "both")
    lines = []
    for row in rows:
        for kind, counts in zip(kinds, row.counts, strict=True):
            if sum(counts):
                lines.append((f"{row.source}: {kind}", *(str(count) for count in counts)))
    return table(("murmurs of", *(f"said {kind}" for kind in kinds), "said neither"), lines)


def _gates(figures: ReleaseFigures) -> str:
    return table(
        ("gate", "bound", "found", ""),
        [(gate.name, str(gate.bound), gate.shown, "met" if gate.met else "**missed**") for gate in figures.gates],
    )


def _sources(rows: Sequence[SourceFigure]) -> str:
    return table(
        ("source", "with, without", "AUROC", "sensitivity", "specificity"),
        [
            (row.name, f"{row.present}, {row.absent}", str(row.auroc), str(row.sensitivity), str(row.specificity))
            for row in rows
        ],
    )


def _made(rows: Sequence[MadeFigure]) -> str:
    return table(
        ("simulated heart", "hearts", "log-odds: lowest, median, highest", "share called present"),
        [
            (row.name, str(row.hearts), f"{row.low:.1f}, {row.median:.1f}, {row.high:.1f}", str(row.called))
            for row in rows
        ],
    )


def _distances(rows: Sequence[Distances]) -> str:
    return table(
        ("sound", "windows", "median distance", "share above the limit"),
        [(row.name, f"{row.windows:,}", f"{row.median:.2f}", f"{row.above:.4f}") for row in rows],
    )


def _speed(rows: Sequence[Speed]) -> str:
    return table(
        ("file", "kB", "median µs a window", "99th percentile"),
        [(row.file, f"{row.kilobytes:.0f}", f"{row.median_us:.0f}", f"{row.p99_us:.0f}") for row in rows],
    )
