"""Figures of parts of the people, and of healthy people elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import Recording
from figures import CrossFitted
from metrics import Figure, auroc, figure
from scores import Scores
from verdicts import Calibration, Thresholds, odds

Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Subgroup:
    """``measure`` says what the figure is of."""

    name: str
    measure: str
    items: int
    figure: Figure


def subgroups(rows: Sequence[Recording], scores: Scores, crossed: CrossFitted) -> list[Subgroup]:
    """CirCor, by site, by age and by how loud the murmur is."""
    heard = np.asarray([row.site_label == "present" for row in rows])
    judged = np.asarray([row.site_label != "unknown" for row in rows])
    said = crossed.recording_labels
    people = np.asarray([row.group for row in rows])
    found: list[Subgroup] = []

    def area(name: str, chosen: Bool) -> None:
        part = np.flatnonzero(chosen & judged)
        if 0 < heard[part].sum() < len(part):
            value = figure(list(people[part]), lambda i: auroc(heard[part[i]], scores.present[part[i]]))
            found.append(Subgroup(name, "recording AUROC", len(part), value))

    def share(name: str, chosen: Bool) -> None:
        part = np.flatnonzero(chosen & heard)
        if len(part):
            value = figure(list(people[part]), lambda i: float((said[part[i]] == "present").mean()))
            found.append(Subgroup(name, "recordings called present", len(part), value))

    for site in ("AV", "PV", "TV", "MV"):
        area(f"site {site}", np.asarray([row.site == site for row in rows]))
    for age in ("Neonate", "Infant", "Child", "Adolescent", ""):
        area(f"age {age or 'not given'}", np.asarray([row.age == age for row in rows]))
    for grade in ("I/VI", "II/VI", "III/VI"):
        share(f"systolic, grade {grade}", np.asarray([row.grade == grade for row in rows]))
    share("with a diastolic murmur", np.asarray([row.diastolic for row in rows]))
    return found


def healthy_elsewhere(
    rows: Sequence[Recording], scores: Scores, calibration: Calibration, thresholds: Thresholds
) -> list[Subgroup]:
    """physionet2016: what is said, out of fold, of usable recordings of people diagnosed as healthy."""
    places = [
        place
        for place, index in enumerate(scores.rows)
        if rows[index].dataset == "physionet2016" and rows[index].judged and rows[index].usable
    ]
    said = odds(calibration, scores.present[places], scores.unknown[places]).labels(thresholds)
    people = [rows[scores.rows[place]].group for place in places]
    name = "physionet2016, healthy and usable"
    return [
        Subgroup(name, f"recordings called {word}", len(places), _said(people, said == word))
        for word in ("present", "unknown")
    ]


def _said(people: Sequence[str], chosen: Bool) -> Figure:
    return figure(people, lambda items: float(chosen[items].mean()))
