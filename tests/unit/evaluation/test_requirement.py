"""What a site asks of the figures."""

import pytest

from stetho.errors import ConfigError
from stetho.evaluation.figure import Figure
from stetho.evaluation.intervals import Interval
from stetho.evaluation.requirement import Judged, Requirement, parse_requirement
from stetho.exam.verdict import Policy


def found(value: float) -> Figure:
    return Figure(20, 20, value, Interval(value, value - 0.1, value + 0.1))


@pytest.mark.parametrize(
    ("text", "value", "met"),
    [
        ("sensitivity=0.85", 0.85, True),
        ("sensitivity=0.85", 0.8499, False),
        ("unknown_share=0.1", 0.1, True),
        ("unknown_share = 0.1", 0.11, False),
        ("recording.auroc=0.9", 0.95, True),
    ],
)
def test_the_value_is_judged_and_less_is_better_of_what_is_wrong(text: str, value: float, met: bool) -> None:
    judged = Judged(parse_requirement(text, Policy.CLINICAL), found(value))
    assert judged.met is met
    assert judged.to_json()["rule"] == ("at_most" if "unknown" in text else "at_least")
    assert judged.to_json()["low"] == pytest.approx(value - 0.1)


def test_what_could_not_be_shown_is_not_met() -> None:
    assert not Judged(parse_requirement("brier=1", Policy.CLINICAL), Figure(4, 4)).met


def test_a_name_says_whose_figure_is_asked() -> None:
    assert parse_requirement("auroc=0.9", Policy.CLINICAL) == Requirement("exam", "auroc", 0.9)
    assert parse_requirement("recording.brier=0.1", Policy.CLINICAL) == Requirement("recording", "brier", 0.1)
    assert parse_requirement("weighted_accuracy=0.8", Policy.CHALLENGE).figure == "weighted_accuracy"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sensitivity", "write sensitivity=0.85"),
        ("accuracy=0.9", "asks for nothing known"),
        ("visit.auroc=0.9", "asks for nothing known"),
        ("=0.9", "asks for nothing known"),
        ("sensitivity=85", "between 0 and 1"),
        ("sensitivity=nan", "between 0 and 1"),
        ("sensitivity=85%", "between 0 and 1"),
        ("weighted_accuracy=0.8", "under --policy challenge alone"),
    ],
)
def test_what_can_t_be_asked_is_said_before_any_work(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        parse_requirement(text, Policy.CLINICAL)
