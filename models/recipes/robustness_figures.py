"""What becomes of the figures under each condition, and whether the goals are met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from conditions import CLEAN, Condition
from heard import Said, Visit
from metrics import Figure
from native_rate import Change
from resampled import Resampled, figure_of

Bool = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One condition. ``lost``: area as recorded less area now, over what has a score both times, the same people drawn.

    scored: share of recordings with a score. recording_decided: area over those that are not called unknown. All below
    are shares of recordings that the expert could judge: unknown, of all; missed, present called absent, of those with a murmur; false, absent called present, of those without.
    missed_risen, false_risen: the same shares less those as recorded.
    reason: the commonest of an unknown.
    """

    name: str
    family: str
    scored: float
    recording: Figure
    recording_lost: Figure
    recording_decided: Figure
    visit: Figure
    visit_lost: Figure
    unknown: Figure
    missed: Figure
    false: Figure
    missed_risen: Figure
    false_risen: Figure
    reason: str


@dataclass(frozen=True)
class Asked:
    """What was asked. ``met`` by the value; ``shown`` where the whole interval lies on the same side."""

    what: str
    figure: Figure
    most: float

    @property
    def met(self) -> bool:
        return self.figure.value <= self.most

    @property
    def shown(self) -> bool:
        return self.figure.high <= self.most if self.met else self.figure.low > self.most


@dataclass(frozen=True)
class Robustness:
    """The report. ``changes``: of recordings at their own 4 kHz; ``notes``: what a reader has to know of how it was made."""

    rows: tuple[Row, ...]
    goals: tuple[Asked, ...]
    recordings: int
    visits: int
    people: int
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


class _Items:
    """Recordings or visits: their owners, what the expert said of them, and what is said of them under each condition."""

    def __init__(self, people: Sequence[str], truth: Sequence[str]) -> None:
        self.draws = Resampled(people)
        self.heard = np.asarray(truth) == "present"
        self.judged = np.asarray(truth) != "unknown"

    def lost(self, clean: Float64, now: Float64) -> tuple[Float64, Float64]:
        """Area now, and area as recorded less area now."""
        among = self.judged & ~np.isnan(now)
        both = among & ~np.isnan(clean)
        area = self.draws.auroc(self.heard, now, among)
        paired = area if (both == among).all() else self.draws.auroc(self.heard, now, both)
        return area, self.draws.auroc(self.heard, clean, both) - paired


def report(visits: Sequence[Visit], conditions: Sequence[Condition]) -> Robustness:
    """The figures of all conditions."""
    rows = [row for visit in visits for row in visit.rows]
    recordings = _Items([row.group for row in rows], [row.site_label for row in rows])
    exams = _Items([visit.rows[0].group for visit in visits], [visit.rows[0].visit_label for visit in visits])
    found = tuple(_row(visits, recordings, exams, condition) for condition in conditions)
    goals = tuple(goal for row, condition in zip(found, conditions, strict=True) for goal in _goals(row, condition))
    return Robustness(found, goals, len(rows), len(visits), len({row.group for row in rows}))


def _row(visits: Sequence[Visit], recordings: _Items, exams: _Items, condition: Condition) -> Row:
    name = condition.name
    clean, said = _said(visits, CLEAN), _said(visits, name)
    area, lost = recordings.lost(_scores(clean), _scores(said))
    exam_area, exam_lost = exams.lost(
        _scores([visit.exam[CLEAN] for visit in visits]), _scores([visit.exam[name] for visit in visits])
    )
    unknown, missed, false = _words(recordings, said)
    _, missed_before, false_before = _words(recordings, clean)
    decided = recordings.draws.auroc(recordings.heard, _scores(said), recordings.judged & ~unknown)
    share, judged, heard = recordings.draws.share, recordings.judged, recordings.heard
    return Row(
        name,
        condition.family,
        float((~np.isnan(_scores(said)))[judged].mean()),
        figure_of(area),
        figure_of(lost),
        figure_of(decided),
        figure_of(exam_area),
        figure_of(exam_lost),
        figure_of(share(unknown, judged)),
        figure_of(share(missed, judged & heard)),
        figure_of(share(false, judged & ~heard)),
        figure_of(share(missed, judged & heard) - share(missed_before, judged & heard)),
        figure_of(share(false, judged & ~heard) - share(false_before, judged & ~heard)),
        _reason(said),
    )


def _said(visits: Sequence[Visit], name: str) -> list[Said]:
    return [one for visit in visits for one in visit.recordings[name]]


def _scores(said: Iterable[Said]) -> Float64:
    return np.asarray([one.score for one in said])


def _words(items: _Items, said: Sequence[Said]) -> tuple[Bool, Bool, Bool]:
    """Which are unknown, which are missed, which are false alarms."""
    words = np.asarray([one.word for one in said])
    return words == "unknown", (words == "absent") & items.heard, (words == "present") & ~items.heard


def _reason(said: Sequence[Said]) -> str:
    reasons = Counter(one.reason for one in said if one.reason is not None)
    return max(reasons, key=reasons.__getitem__) if reasons else ""


def _goals(row: Row, condition: Condition) -> Iterable[Asked]:
    if condition.most_lost is not None:
        yield Asked(f"{row.name}: recording AUROC lost", row.recording_lost, condition.most_lost)
    if condition.errors_may_not_rise:
        yield Asked(f"{row.name}: present called absent, risen", row.missed_risen, 0.0)
        yield Asked(f"{row.name}: absent called present, risen", row.false_risen, 0.0)
