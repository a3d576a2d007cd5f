"""The robustness report as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from metrics import Figure
from native_rate import Change
from robustness_figures import Asked, Robustness, Row

TITLES = {
    "clean": "As recorded",
    "link": "Over the link",
    "recorded noise": "Recorded noise",
    "made noise": "Made noise",
    "device": "Another gain, another chest piece",
    "length": "Half of each recording",
}
HEAD = (
    "condition",
    "recording AUROC",
    "lost",
    "AUROC of what is not unknown",
    "visit AUROC",
    "lost",
    "unknown",
    "present called absent",
    "absent called present",
    "an unknown is mostly",
)


def robustness_markdown(found: Robustness) -> str:
    """All of it: what was done, a table for each family, and the goals."""
    people = f"{found.recordings:,} recordings of {found.visits:,} visits of {found.people:,} people."
    parts = [" ".join((people, *found.notes))]
    for family, title in TITLES.items():
        rows = [row for row in found.rows if row.family == family]
        if rows:
            parts.append(f"### {title}\n{_table(HEAD, [_line(row) for row in rows])}")
    if found.changes:
        parts.append(f"### Over the link, recordings at their own 4 kHz\n{_changes(found.changes)}")
    parts.append(f"### Goals\n{_goals(found.goals)}")
    return "\n\n".join(parts)


def _line(row: Row) -> tuple[str, ...]:
    name = row.name if row.scored > 0.995 else f"{row.name} ({row.scored:.0%} have a score)"
    return (
        name,
        str(row.recording),
        _signed(row.recording_lost),
        str(row.recording_decided),
        str(row.visit),
        _signed(row.visit_lost),
        str(row.unknown),
        str(row.missed),
        str(row.false),
        row.reason.replace("_", " "),
    )


def _changes(changes: Sequence[Change]) -> str:
    head = ("against PCM16", "recordings", "log-odds moved, median", "largest", "right, then wrong", "then unknown")
    return _table(
        head,
        [
            (one.name, str(one.recordings), f"{one.middle:.2f}", f"{one.largest:.2f}", str(one.wrong), str(one.unknown))
            for one in changes
        ],
    )


def _goals(goals: Sequence[Asked]) -> str:
    lines = [(goal.what, f"{goal.most:.3f}", _signed(goal.figure), _judged(goal)) for goal in goals]
    return _table(("what", "at most", "found", ""), lines)


def _judged(goal: Asked) -> str:
    word = "met" if goal.met else "missed"
    return word if goal.shown else f"{word}, within chance"


def _signed(one: Figure) -> str:
    return f"{one.value:+.4f} [{one.low:+.4f}, {one.high:+.4f}]"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
