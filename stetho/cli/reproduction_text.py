"""What `reproduce` found, as people read it: a line a result, and below it what differs."""

from collections.abc import Iterable, Iterator, Mapping

from stetho.printable import printable
from stetho.reproduce.difference import Difference, shown
from stetho.reproduce.finding import Finding, Outcome, Reason

MOST_SHOWN = 8

_OUTCOMES = {
    Outcome.IDENTICAL: "identical",
    Outcome.REPRODUCED: "reproduced",
    Outcome.NOT_REPRODUCED: "NOT REPRODUCED",
    Outcome.REFUSED: "refused",
    Outcome.NOTHING: "had no result",
    Outcome.UNUSABLE: "unusable",
}

_REASONS = {
    Reason.LABEL: "another label",
    Reason.PROBABILITY: "a probability differs by more than 0.005",
    Reason.SAME_ENVIRONMENT: "same software, same machine, and yet not the same result",
    Reason.OTHER_AUDIO: "this is not the same recording",
    Reason.OTHER_HOLES: "the list of lost samples beside the recording is not the same, or is missing",
    Reason.NOT_FOUND: "the recording was not found; name its folder with --audio",
    Reason.UNREADABLE: "the recording can't be read",
    Reason.NO_PROVENANCE: "the result does not say of which sound and software it was made; analyse it again",
    Reason.ITS_RECORDINGS: "not all its recordings were made again",
    Reason.OTHER_MODEL: "another model",
    Reason.OTHER_CALIBRATION: "another calibration",
    Reason.WAS_NOT_READ: "it could not be read then",
    Reason.NO_RESULT: "the line is no result",
}


def finding_lines(finding: Finding) -> Iterator[str]:
    """The lines on one finding; names from a file are made printable."""
    yield printable(f"{_name(finding)}  {_OUTCOMES[finding.outcome]}{_because(finding)}")
    if finding.outcome is Outcome.IDENTICAL:
        return
    yield from _listed(finding.differences, finding.more, "then", "now")
    if any(difference.field == "murmur.label" for difference in finding.differences):
        yield f"    {finding.notice}"
    if finding.environment:
        yield "  made elsewhere:"
        yield from _listed(finding.environment, 0, "there", "here")


def summary_line(outcomes: Mapping[Outcome, int]) -> str:
    """How many of each, those that there were."""
    counts = [f"{outcomes[outcome]} {words}" for outcome, words in _OUTCOMES.items() if outcomes[outcome]]
    return f"{', '.join(counts)} of {sum(outcomes.values())}"


def _name(finding: Finding) -> str:
    return finding.name if finding.kind == "recording" else f"{finding.kind.capitalize()} {finding.name}"


def _because(finding: Finding) -> str:
    if finding.outcome is Outcome.UNUSABLE and finding.detail is not None:
        return f": {finding.detail.removeprefix(f'{_name(finding)} is ')}"
    words = [] if finding.reason is None else [_REASONS[finding.reason]]
    if finding.detail is not None:
        words.append(finding.detail)
    if finding.outcome is not Outcome.IDENTICAL and finding.largest_difference is not None:
        words.append(f"largest difference {finding.largest_difference:.3f}")
        if finding.largest_window_difference is not None:
            words.append(f"of a window {finding.largest_window_difference:.3f}")
    return f": {', '.join(words)}" if words else ""


def _listed(differences: Iterable[Difference], more: int, then: str, now: str) -> Iterator[str]:
    named = list(differences)
    for difference in named[:MOST_SHOWN]:
        was, is_now = shown(difference.then), shown(difference.now)
        yield printable(f"    {difference.field}: {was} {then}, {is_now} {now}")
    if (rest := len(named) - MOST_SHOWN + more) > 0:
        yield f"    and {rest} more"
