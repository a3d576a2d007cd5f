"""What the product says of people whom the networks have never heard: its quality gate, the networks, the rule, its verdicts.

The other figures are of network and rule alone, which judge recordings that the gate refuses, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from dataset import Recording
from figures import SPOKEN, Goal, Line
from judged import Judged
from metrics import over_seeds, share
from takes import SPEC, Take, Takes
from verdicts import Labels

from stetho.analysis import ModelId, RecordingResult
from stetho.exam.site import Site
from stetho.exam.verdict import Policy, judge_exam
from stetho.heart.rate import HeartRate
from stetho.inference.manifest import Manifest
from stetho.inference.verdict import Doubt, judge

Int64 = npt.NDArray[np.int64]
PREFIX = "in the product, "


@dataclass(frozen=True)
class InProduct:
    """``judged``: rows and exams with the product's words. ``reasons``: of each recording's unknown, or ""."""

    judged: Judged
    reasons: Labels

    @property
    def refused(self) -> npt.NDArray[np.bool_]:
        """Recordings that the quality gate leaves too little of; the other reasons are those of length, distance and network."""
        return (self.reasons != "") & ~np.isin(self.reasons, [doubt.value for doubt in Doubt])


def in_product(judged: Judged, takes: Takes, manifests: Sequence[Manifest]) -> InProduct:
    """``judged``: by network and rule alone; ``manifests``: of each recording, one that its owner had no part in."""
    rows, exams = judged.rows, judged.exams
    results = [_result(row, takes[row.name], manifest) for row, manifest in zip(rows, manifests, strict=True)]
    words = []
    for members in exams.members:
        sites = [(Site(rows[place].site), results[place]) for place in members]
        rule = manifests[int(members[0])].exam
        words.append(judge_exam(rows[int(members[0])].visit, sites, Policy.CHALLENGE, rule).label.value)
    said = np.asarray([result.label.value for result in results])
    reasons = np.asarray([result.murmur.reason or "" for result in results])
    return InProduct(replace(judged, said=said, exam_said=np.asarray(words)), reasons)


def _result(row: Recording, take: Take, manifest: Manifest) -> RecordingResult:
    """As ``stetho analyze`` makes it; what no exam looks at is left out."""
    return RecordingResult(
        recording=row.name,
        start=0,
        duration_s=row.duration_s,
        spec=SPEC,
        quality=take.quality,
        rate=HeartRate(None, 0.0),
        murmur=judge(take.windows, manifest),
        segments=(),
        applicability=(),
        concealed_share=0.0,
        model=ModelId(manifest.name, manifest.version, manifest.sha256),
    )


# Figures.

Measure = Callable[[InProduct, Int64], float]


def _called(true: str, word: str) -> Measure:
    """The share of the recordings that are truly ``true`` which are called ``word``; unknown counts as wrong."""

    def measure(found: InProduct, items: Int64) -> float:
        return share(found.judged.said[items[found.judged.truth[items] == true]] == word)

    return measure


def _judgeable(found: InProduct, items: Int64) -> Int64:
    return items[found.judged.truth[items] != "unknown"]


RECORDINGS: Mapping[str, tuple[Measure, Goal | None]] = {
    "recording: sensitivity, unknown is wrong": (_called("present", "present"), None),
    "recording: specificity, unknown is wrong": (_called("absent", "absent"), None),
    "recording: judgeable called unknown": (
        lambda found, items: share(found.judged.said[_judgeable(found, items)] == "unknown"),
        None,
    ),
    "recording: refused by the gate": (lambda found, items: share(found.refused[items]), None),
    "recording: judgeable refused by the gate": (
        lambda found, items: share(found.refused[_judgeable(found, items)]),
        None,
    ),
}


def product_lines(seeds: Sequence[InProduct]) -> list[Line]:
    """Every figure of words, over all seeds, named as in the headline with `PREFIX` before it."""
    first = seeds[0].judged
    lines = []
    for name, (spoken, goal) in SPOKEN.items():
        measures = [lambda items, f=found, m=spoken: m(f.judged, items) for found in seeds]
        lines.append(Line(PREFIX + name, over_seeds(first.exams.people, measures), goal))
    for name, (measure, goal) in RECORDINGS.items():
        measures = [lambda items, f=found, m=measure: m(f, items) for found in seeds]
        lines.append(Line(PREFIX + name, over_seeds(first.people, measures), goal))
    return lines


def refusals(seeds: Sequence[InProduct]) -> list[tuple[str, float, float]]:
    """Why recordings are unknown: the reason, the mean count over seeds of all, and of those that the expert could judge."""
    every = [Counter(found.reasons.tolist()) for found in seeds]
    judgeable = [Counter(found.reasons[found.judged.truth != "unknown"].tolist()) for found in seeds]
    names = sorted({name for counts in every for name in counts if name})
    rows = [
        (name, sum(c[name] for c in every) / len(seeds), sum(c[name] for c in judgeable) / len(seeds)) for name in names
    ]
    return sorted(rows, key=lambda row: -row[1])
