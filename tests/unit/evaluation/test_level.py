"""Figures of cases whose counts are known."""

import pytest
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]  # it has no types

from stetho.evaluation.cases import Case, Cases, as_columns
from stetho.evaluation.figure import LEAST_PEOPLE
from stetho.evaluation.intervals import wilson
from stetho.evaluation.level import all_figures, essential_figures
from stetho.evaluation.prevalence import at_prevalences
from stetho.evaluation.subgroups import subgroups
from stetho.inference.verdict import Label

P, U, A = Label.PRESENT, Label.UNKNOWN, Label.ABSENT
COUNTS = {(P, P): 16, (P, U): 1, (P, A): 3, (U, P): 2, (U, U): 5, (U, A): 1, (A, P): 6, (A, U): 4, (A, A): 50}


def rows_of(counts, groups=lambda i: {}) -> list[Case]:
    rows: list[Case] = []
    for (truth, said), count in counts.items():
        for _ in range(count):
            i = len(rows)
            probability = {P: 0.8, U: 0.4, A: 0.1}[said] + 0.002 * (i % 7)
            rows.append(Case(f"p{i}", truth, said, probability, groups(i)))
    return rows


def cases(counts=COUNTS, groups=lambda i: {}) -> Cases:
    return as_columns(rows_of(counts, groups))


def test_an_unknown_is_wrong_at_the_operating_point_and_is_shown_beside() -> None:
    level = all_figures(cases(), challenge=True)
    value = {name: figure.value for name, figure in level.figures.items()}
    assert value["sensitivity"] == pytest.approx(16 / 20)
    assert value["specificity"] == pytest.approx(50 / 60)
    assert value["false_alarm_share"] == pytest.approx(6 / 60)
    assert value["unknown_share"] == pytest.approx(5 / 80)
    assert value["decided_coverage"] == pytest.approx(75 / 80)
    assert value["decided_sensitivity"] == pytest.approx(16 / 19)
    assert value["decided_specificity"] == pytest.approx(50 / 56)
    assert value["positive_predictive_value"] == pytest.approx(16 / 22)
    assert value["negative_predictive_value"] == pytest.approx(50 / 53)
    assert value["weighted_accuracy"] == pytest.approx((5 * 16 + 3 * 5 + 50) / (5 * 20 + 3 * 8 + 60))
    assert level.prevalence == pytest.approx(20 / 80)
    assert {label: level.labelled(label) for label in (P, U, A)} == {P: 20, U: 8, A: 60}
    assert level.confusion[A] == {P: 6, U: 4, A: 50}
    expected = wilson(16, 20)
    found = level.figures["sensitivity"].interval
    assert found is not None
    assert [found.low, found.high] == pytest.approx([expected.low, expected.high])


def test_areas_are_of_the_probabilities_whatever_was_said() -> None:
    columns = cases()
    level = all_figures(columns, challenge=False)
    judged = columns.judged
    against_absent = roc_auc_score(columns.truth[judged] == "present", columns.probability[judged])
    against_rest = roc_auc_score(columns.truth == "present", columns.probability)
    assert level.figures["auroc"].value == pytest.approx(against_absent)
    assert level.figures["auroc_against_rest"].value == pytest.approx(against_rest)
    assert (level.figures["auroc"].n, level.figures["auroc_against_rest"].n) == (80, 88)
    assert "weighted_accuracy" not in level.figures


def test_what_has_no_probability_is_never_a_score_of_zero() -> None:
    without = [Case(f"q{i}", P, U, None) for i in range(10)]
    plain = all_figures(cases(), challenge=False).figures
    more = all_figures(as_columns([*rows_of(COUNTS), *without]), challenge=False).figures
    for name in ("auroc", "auroc_against_rest", "brier", "calibration_error"):
        assert more[name].value == plain[name].value
        assert more[name].n == plain[name].n
    assert more["sensitivity"].value == pytest.approx(16 / 30)


def test_a_class_of_too_few_people_has_no_figure() -> None:
    counts = {(P, P): LEAST_PEOPLE - 1, (A, A): 30, (U, A): 2}
    level = all_figures(cases(counts), challenge=True)
    known = {name for name, figure in level.figures.items() if figure.known}
    assert known == {"specificity", "decided_specificity", "false_alarm_share", "unknown_share", "decided_coverage"}
    printed = level.figures["sensitivity"].to_json()
    assert printed == {"value": None, "low": None, "high": None, "n": 4, "people": 4, "refused": "too_few"}
    assert all(at.flags is None for at in at_prevalences(level))


def test_people_count_and_not_their_recordings() -> None:
    rows = [Case(f"p{i % 4}", P, P, 0.9) for i in range(40)] + [Case(f"q{i}", A, A, 0.1) for i in range(40)]
    figures = essential_figures(as_columns(rows)).figures
    assert not figures["sensitivity"].known
    assert (figures["sensitivity"].n, figures["sensitivity"].people) == (40, 4)
    assert not figures["auroc"].known


def test_nothing_at_all_is_no_figure_and_no_fault() -> None:
    level = all_figures(as_columns([]), challenge=True)
    assert level.prevalence is None
    assert not any(figure.known for figure in level.figures.values())
    assert level.to_json()["n"] == 0
    assert list(subgroups(as_columns([]), ["sex"])) == []


def test_flags_at_other_prevalences_are_bayes() -> None:
    level = all_figures(cases(), challenge=False)
    one, five, twenty = at_prevalences(level)
    sensitivity, alarms = 16 / 20, 6 / 60
    assert five.flags is not None
    assert five.right_share is not None
    assert five.flags.value == pytest.approx(100 * (0.05 * sensitivity + 0.95 * alarms))
    assert five.right_share.value == pytest.approx(0.05 * sensitivity / (0.05 * sensitivity + 0.95 * alarms))
    assert five.right_share.low < five.right_share.value < five.right_share.high
    assert one.right_share is not None
    assert twenty.right_share is not None
    assert one.right_share.value < five.right_share.value < twenty.right_share.value


def test_where_nothing_is_flagged_no_share_of_the_flags_is_right() -> None:
    level = all_figures(cases({(P, A): 6, (A, A): 6}), challenge=False)
    for at in at_prevalences(level):
        assert at.flags is not None
        assert at.flags.value == 0
        assert at.right_share is None
        assert at.to_json()["right_share"] is None


def test_subgroups_part_the_whole() -> None:
    columns = cases(groups=lambda i: {"sex": "fm"[i % 2], "site": "AV"} if i else {"sex": "f"})
    found = list(subgroups(columns, ["sex", "site"]))
    assert [(each.column, each.value) for each in found] == [("sex", "f"), ("sex", "m")]  # one has no site of its own
    assert sum(each.level.n for each in found) == len(columns)
    whole = essential_figures(columns)
    for truth in (P, U, A):
        assert sum(each.level.labelled(truth) for each in found) == whole.labelled(truth)
