"""All figures of a set of recordings, or of a set of exams."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from stetho.evaluation.cases import LABELS, Cases
from stetho.evaluation.figure import Figure, area, average, count_people, share, without_interval
from stetho.evaluation.measures import Bool, brier, calibration_error, weighted_accuracy
from stetho.inference.verdict import Label

ESSENTIAL = ("sensitivity", "specificity", "unknown_share", "auroc")
"""What is said of a subgroup."""


@dataclass(frozen=True, slots=True)
class Level:
    """The counts and figures of one set of cases. confusion: counts, by label and then by what was said."""

    n: int
    people: int
    confusion: Mapping[Label, Mapping[Label, int]]
    figures: Mapping[str, Figure]

    def labelled(self, label: Label) -> int:
        return sum(self.confusion[label].values())

    @property
    def prevalence(self) -> float | None:
        """The share of murmurs among what the expert could judge."""
        judged = self.labelled(Label.PRESENT) + self.labelled(Label.ABSENT)
        return self.labelled(Label.PRESENT) / judged if judged else None

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "people": self.people,
            "labels": {label.value: self.labelled(label) for label in LABELS},
            "confusion": {
                label.value: {word.value: count for word, count in row.items()} for label, row in self.confusion.items()
            },
            "prevalence": None if self.prevalence is None else round(self.prevalence, 4),
            "figures": {name: figure.to_json() for name, figure in self.figures.items()},
        }


def essential_figures(cases: Cases) -> Level:
    """The figures of a subgroup."""
    return _level(cases, _at_the_operating_point(cases) | {"auroc": _auroc(cases)})


def all_figures(cases: Cases, *, challenge: bool) -> Level:
    """Everything there is to say. challenge: with the Challenge's weighted accuracy, which is of exams alone."""
    figures = _at_the_operating_point(cases) | _of_the_decided(cases)
    figures |= {"auroc": _auroc(cases), "auroc_against_rest": _auroc_against_rest(cases)} | _of_probability(cases)
    if challenge:
        figures["weighted_accuracy"] = _challenge(cases)
    return _level(cases, figures)


def _level(cases: Cases, figures: Mapping[str, Figure]) -> Level:
    confusion = {
        label: {word: int((cases.true(label) & cases.called(word)).sum()) for word in LABELS} for label in LABELS
    }
    return Level(len(cases), count_people(cases.people), MappingProxyType(confusion), MappingProxyType(dict(figures)))


def _at_the_operating_point(cases: Cases) -> dict[str, Figure]:
    """An unknown where the expert could judge is a miss; so is one where there is no murmur."""
    return {
        "sensitivity": _share(cases, cases.called(Label.PRESENT), cases.true(Label.PRESENT)),
        "specificity": _share(cases, cases.called(Label.ABSENT), cases.true(Label.ABSENT)),
        "unknown_share": _share(cases, ~cases.decided, cases.judged),
        "false_alarm_share": _share(cases, cases.called(Label.PRESENT), cases.true(Label.ABSENT)),
    }


def _of_the_decided(cases: Cases) -> dict[str, Figure]:
    decided, judged = cases.decided, cases.judged
    present, absent = cases.true(Label.PRESENT), cases.true(Label.ABSENT)
    classes = (cases.people[present], cases.people[absent])

    def predictive(word: Label, label: Label) -> Figure:
        chosen = judged & cases.called(word)
        return share(cases.true(label)[chosen], list(cases.people[chosen]), *map(list, classes))

    return {
        "decided_sensitivity": _share(cases, cases.called(Label.PRESENT), present & decided),
        "decided_specificity": _share(cases, cases.called(Label.ABSENT), absent & decided),
        "decided_coverage": _share(cases, decided, judged),
        "positive_predictive_value": predictive(Label.PRESENT, Label.PRESENT),
        "negative_predictive_value": predictive(Label.ABSENT, Label.ABSENT),
    }


def _share(cases: Cases, hit: Bool, among: Bool) -> Figure:
    return share(hit[among], list(cases.people[among]))


def _auroc(cases: Cases) -> Figure:
    """Of what the expert could judge and a probability was given of, whatever was said."""
    part = cases.of(cases.judged & cases.scored)
    return area(part.true(Label.PRESENT), part.probability, list(part.people))


def _auroc_against_rest(cases: Cases) -> Figure:
    part = cases.of(cases.scored)
    return area(part.true(Label.PRESENT), part.probability, list(part.people))


def _of_probability(cases: Cases) -> dict[str, Figure]:
    part = cases.of(cases.judged & cases.scored)
    present, p, people = part.true(Label.PRESENT), part.probability, list(part.people)
    return {
        "brier": average(people, lambda i: brier(present[i], p[i]), present, ~present),
        "calibration_error": without_interval(people, lambda: calibration_error(present, p), present, ~present),
    }


def _challenge(cases: Cases) -> Figure:
    """How many the expert could not judge is seen in the confusion; there may be none."""
    truth, said = cases.truth, cases.said
    classes = (cases.true(Label.PRESENT), cases.true(Label.ABSENT))
    return average(list(cases.people), lambda i: weighted_accuracy(truth[i], said[i]), *classes)
