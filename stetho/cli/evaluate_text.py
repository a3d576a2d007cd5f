"""An evaluation as people read it: figures of exams beside those of recordings, then subgroups, flags and limits."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table

from stetho.cli.wording import INVESTIGATIONAL, caution_words, reason_words
from stetho.evaluation.cases import LABELS
from stetho.evaluation.figure import LEAST_PEOPLE, Figure
from stetho.evaluation.level import ESSENTIAL, Level
from stetho.evaluation.prevalence import EXAMS, AtPrevalence
from stetho.evaluation.report import ABSENT_MEANS, Evaluation
from stetho.evaluation.requirement import EXAM, RECORDING, Judged
from stetho.evaluation.subgroups import Subgroup
from stetho.exam.site import STANDARD_SITES
from stetho.exam.verdict import Policy
from stetho.printable import printable

TOO_FEW = "too few"
MOST_LISTED = 20
NONE_COMPLETE = (
    f"No exam here has all of {', '.join(STANDARD_SITES)}, so the clinical policy can call none absent: "
    "look at the column of recordings, or use --policy challenge."
)

_WORDS = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "unknown_share": "called unknown",
    "false_alarm_share": "false alarms",
    "auroc": "AUROC against absent",
    "auroc_against_rest": "AUROC against rest",
    "decided_coverage": "decided: share",
    "decided_sensitivity": "decided: sensitivity",
    "decided_specificity": "decided: specificity",
    "positive_predictive_value": "flags that are right",
    "negative_predictive_value": "absents that are right",
    "brier": "Brier score",
    "calibration_error": "calibration error",
    "weighted_accuracy": "weighted accuracy",
}
_SHORT = {"auroc": "AUROC", "unknown_share": "unknown"}


def print_evaluation(evaluation: Evaluation) -> None:
    """To standard output."""
    console = Console(highlight=False, markup=False, emoji=False)

    def say(text: str = "") -> None:
        console.print(text, soft_wrap=True)

    say(INVESTIGATIONAL)
    for warning in evaluation.warnings:
        say(warning)
    say()
    for line in _heading(evaluation):
        say(line)
    say()
    exams, recordings = evaluation.levels[EXAM], evaluation.levels[RECORDING]
    console.print(_figures(exams, recordings))
    say()
    console.print(_confusion(exams, recordings))
    say(ABSENT_MEANS)
    for level, reasons in evaluation.unknown_reasons.items():
        if reasons:
            causes = "; ".join(f"{reason_words(code)} ({count})" for code, count in reasons.items())
            say(f"{level}s called unknown: {causes}")
    for level in (EXAM, RECORDING):
        for column, found in groupby(evaluation.subgroups[level], key=lambda each: each.column):
            say(f"\n{level}s by {printable(column)}")
            console.print(_subgroups(list(found)))
    say()
    for at in evaluation.at_prevalence:
        say(_flags(at))
    if evaluation.requirements:
        say()
        for judged in evaluation.requirements:
            say(_requirement(judged))
    for line in _left_out(evaluation):
        say(line)


def _heading(evaluation: Evaluation) -> Iterator[str]:
    counts, model = evaluation.counts, evaluation.model
    people = evaluation.levels[EXAM].people or evaluation.levels[RECORDING].people
    yield (
        f"{printable(evaluation.manifest)}: {counts.analysed} recordings, {evaluation.levels[EXAM].n} exams, {people} people; "
        f"{model.name} {model.version}, {evaluation.policy.value} policy"
    )
    if evaluation.applicability:
        cautions = [f"{caution_words([code])} ({count})" for code, count in evaluation.applicability.items()]
        yield f"caution: {', '.join(cautions)}"
    yield "An unknown counts as wrong in sensitivity and specificity; in square brackets, 95 % intervals over people."
    yield f"Where a class has fewer than {LEAST_PEOPLE} people there is no figure."
    if evaluation.policy is Policy.CLINICAL and evaluation.levels[EXAM].n and not evaluation.complete_exams:
        yield NONE_COMPLETE


def _figures(exams: Level, recordings: Level) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for heading in ("exams", "recordings"):
        table.add_column(heading, no_wrap=True)
        table.add_column("of", justify="right", no_wrap=True)
    for name in dict.fromkeys((*exams.figures, *recordings.figures)):
        cells = [cell for level in (exams, recordings) for cell in _cells(level.figures.get(name))]
        table.add_row(_WORDS[name], *cells)
    return table


def _cells(figure: Figure | None) -> tuple[str, str]:
    return ("", "") if figure is None else (in_words(figure), str(figure.n))


def in_words(figure: Figure) -> str:
    """A figure with its interval, or that it is of too few people."""
    if figure.value is None:
        return TOO_FEW
    return f"{figure.value:.3f}" if figure.interval is None else str(figure.interval)


def _confusion(exams: Level, recordings: Level) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("labelled, and called", no_wrap=True)
    for level in (f"{EXAM}s", f"{RECORDING}s"):
        for place, label in enumerate(LABELS):
            table.add_column(f"{'' if place else level}\n{label.value}", justify="right", no_wrap=True)
    for label in LABELS:
        counts = [str(level.confusion[label][word]) for level in (exams, recordings) for word in LABELS]
        table.add_row(label.value, *counts)
    return table


def _subgroups(found: Sequence[Subgroup]) -> Table:
    """Narrow enough for 80 columns: a value that is long is folded."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", overflow="fold", min_width=11)
    table.add_column("of", justify="right", no_wrap=True)
    for name in ESSENTIAL:
        table.add_column(_SHORT.get(name, name), no_wrap=True)
    for each in found:
        figures = [_compact(each.level.figures[name]) for name in ESSENTIAL]
        table.add_row(printable(each.value), str(each.level.n), *figures)
    return table


def _compact(figure: Figure) -> str:
    if figure.value is None or figure.interval is None:
        return in_words(figure)
    return f"{figure.value:.2f} {figure.interval.low:.2f}-{figure.interval.high:.2f}"


def _flags(at: AtPrevalence) -> str:
    where = f"Where {at.prevalence:.0%} have a murmur"
    if at.flags is None:
        return f"{where}: {TOO_FEW} people to tell how many exams would be flagged."
    flags = f"{at.flags.value:.1f} ({at.flags.low:.1f} to {at.flags.high:.1f}) of {EXAMS} exams are flagged"
    if at.right_share is None:
        return f"{where}, {flags}."
    right = at.right_share
    return f"{where}, {flags}, and {right.value:.0%} ({right.low:.0%} to {right.high:.0%}) of the flags are right."


def _requirement(judged: Judged) -> str:
    asked = judged.requirement
    rule = "at most" if asked.at_most else "at least"
    state = "met" if judged.met else "MISSED"
    return f"{state}: {asked.figure} of {asked.level}s {rule} {asked.limit:g}; it is {in_words(judged.found)}"


def _left_out(evaluation: Evaluation) -> Iterator[str]:
    counts = evaluation.counts
    remarks = {
        "Recordings without a label, in no figure of recordings": counts.unlabelled,
        "Exams without a label, or with a site without one, in no figure of exams": counts.exams_unlabelled,
        "Exams of which no recording could be read, in no figure": counts.exams_not_analysed,
        "Exams judged without a recording that could not be read": counts.exams_incomplete,
        "Recordings that could not be read, in no figure": counts.not_analysed,
    }
    said = [f"{remark}: {count}" for remark, count in remarks.items() if count]
    if said:
        yield ""
        yield from said
    for each in evaluation.not_analysed[:MOST_LISTED]:
        yield f"  {printable(each.recording)}: {printable(each.error)}"
    if counts.not_analysed > MOST_LISTED:
        yield f"  and {counts.not_analysed - MOST_LISTED} more; --json has them all."
