"""Figures of parts of the people, and of healthy people elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import Recording
from judged import Judged
from metrics import Figure, auroc, over_seeds, wilson_by_person
from people import Circumstances, Quality
from scores import Scores
from verdicts import Labels, Rule, recording_odds

Bool = npt.NDArray[np.bool_]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

TOO_FEW = 5  # of each label, below which an area says nothing
AGES = ("Neonate", "Infant", "Child", "Adolescent", "")
GRADES = ("I/VI", "II/VI", "III/VI")


@dataclass(frozen=True)
class Part:
    """Shares that were called what they are, unknown counted as wrong, with Wilson's interval by person; the area with the bootstrap's.

    ``items``: visits or recordings.
    """

    name: str
    items: str
    present: int
    absent: int
    sensitivity: Figure
    specificity: Figure
    area: Figure | None


def visit_parts(seeds: Sequence[Judged], known: Mapping[str, Circumstances]) -> list[Part]:
    """By age, sex and year."""
    exams = seeds[0].exams
    own = [known[row.name] for row in exams.rows]
    said = [judged.exam_said for judged in seeds]
    x = [judged.exam_odds.present for judged in seeds]
    named: list[tuple[str, Bool]] = [(f"age {age or 'not given'}", _where(exams.rows, age=age)) for age in AGES]
    named += [(f"sex {sex}", np.asarray([one.sex == sex for one in own])) for sex in sorted({one.sex for one in own})]
    named += [
        (f"year {year}", np.asarray([one.campaign == year for one in own]))
        for year in sorted({one.campaign for one in own})
    ]
    named.append(("pregnant", np.asarray([one.pregnant for one in own])))
    return [_part(name, "visits", part, exams.truth, said, x, exams.people) for name, part in named]


def recording_parts(seeds: Sequence[Judged], quality: Sequence[Quality]) -> list[Part]:
    """By site, by what the expert noted of the murmur, and by the product's own quality score."""
    rows = seeds[0].rows
    said, x = [judged.said for judged in seeds], [judged.odds.present for judged in seeds]
    named = [(f"site {site}", _where(rows, site=site)) for site in ("AV", "PV", "TV", "MV")]
    named += [(f"systolic, grade {grade}", _where(rows, grade=grade, site_label="present")) for grade in GRADES]
    named.append(("diastolic too, or only", _where(rows, diastolic=True, site_label="present")))
    named += list(_by_quality(quality))
    return [_part(name, "recordings", part, seeds[0].truth, said, x, seeds[0].people) for name, part in named]


def _by_quality(quality: Sequence[Quality]) -> Iterator[tuple[str, Bool]]:
    """Those that the product would refuse, and the others in three parts of equal count."""
    usable, scores = np.asarray([one.usable for one in quality]), np.asarray([one.score for one in quality])
    yield "quality: refused by the product", ~usable
    low, high = np.quantile(scores[usable], [1 / 3, 2 / 3])
    yield f"quality below {low:.2f}", usable & (scores < low)
    yield f"quality {low:.2f} to {high:.2f}", usable & (scores >= low) & (scores < high)
    yield f"quality from {high:.2f} on", usable & (scores >= high)


def _where(rows: Sequence[Recording], **fields: object) -> Bool:
    return np.asarray([all(getattr(row, name) == value for name, value in fields.items()) for row in rows])


def _part(
    name: str,
    items: str,
    chosen: Bool,
    truth: Labels,
    said: Sequence[Labels],
    x: Sequence[Float64],
    people: Sequence[str],
) -> Part:
    present, absent = chosen & (truth == "present"), chosen & (truth == "absent")
    return Part(
        name,
        items,
        int(present.sum()),
        int(absent.sum()),
        sensitivity=_share(said, present, "present", people),
        specificity=_share(said, absent, "absent", people),
        area=_area(np.flatnonzero(present | absent), truth == "present", x, people),
    )


def _share(said: Sequence[Labels], chosen: Bool, word: str, people: Sequence[str]) -> Figure:
    owners = [people[place] for place in np.flatnonzero(chosen)]
    return wilson_by_person(np.concatenate([labels[chosen] == word for labels in said]), owners * len(said))


def _area(places: Int64, heard: Bool, x: Sequence[Float64], people: Sequence[str]) -> Figure | None:
    positives = int(heard[places].sum())
    if min(positives, len(places) - positives) < TOO_FEW:
        return None
    owners = [people[place] for place in places]
    return over_seeds(
        owners, [lambda items, v=values: auroc(heard[places[items]], v[places[items]]) for values in x]
    ).mean


@dataclass(frozen=True)
class Share:
    """Of ``items`` recordings, with Wilson's interval by person."""

    name: str
    items: int
    figure: Figure


def healthy_elsewhere(rows: Sequence[Recording], every_seed: Sequence[Scores], rule: Rule) -> list[Share]:
    """physionet2016: what is said, out of fold, of usable recordings of people diagnosed as healthy."""
    said = []
    for scores in every_seed:
        places = [place for place, index in enumerate(scores.rows) if _healthy(rows[index])]
        odds = recording_odds(rule, scores.present[places], scores.unknown[places])
        said.append(odds.labels(rule.recording))
    chosen, people = np.ones(len(said[0]), bool), [rows[every_seed[0].rows[place]].group for place in places]
    return [
        Share(f"physionet2016, healthy and usable: called {word}", len(chosen), _share(said, chosen, word, people))
        for word in ("present", "unknown")
    ]


def _healthy(row: Recording) -> bool:
    return row.dataset == "physionet2016" and row.judged and row.usable
