"""The rule: on the same machine and software identical; elsewhere the same label, and 0.005."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.reproduce.difference import NOT_THERE, Difference, differences, shown
from stetho.reproduce.finding import MOST_NAMED, Finding, Outcome, Reason, named
from stetho.reproduce.held import environment_changes, held

HERE = {"software": {"onnxruntime": "1.2"}, "machine": {"features": ["avx2", "fma"]}}
THERE = {"software": {"onnxruntime": "1.1"}, "machine": {"features": ["avx2"]}}
WINDOW = {"index": 0, "span": [0, 5], "probability": 0.5, "unknown_probability": 0.1, "counted": True, "reason": None}
RESULT: dict[str, Any] = {
    "recording": "a.wav",
    "heart_rate_bpm": 88.0,
    "murmur": {"label": "present", "probability": 0.5, "unknown_probability": 0.1, "reason": None},
    "applicability": ["device_not_validated", "age_unknown"],
    "schema": 1,
    "provenance": {"audio": {"sha256": "a", "file_sha256": "f"}, "windows": [WINDOW, {**WINDOW, "index": 1}], **HERE},
}


def changed(**fields: Any) -> dict[str, Any]:
    """RESULT with other values, by path: murmur__label="absent"."""
    result = copy.deepcopy(RESULT)
    for path, value in fields.items():
        *parents, last = path.split("__")
        place: Any = result
        for parent in parents:
            place = place[int(parent) if parent.isdigit() else parent]
        place[last] = value
    return result


def found(then: dict[str, Any], environment: dict[str, Any] = HERE) -> Finding:
    """RESULT is what comes out now; `then` was made on `environment`."""
    stored = {**then, "provenance": {**then["provenance"], **environment}}
    changes = environment_changes(stored["provenance"], RESULT["provenance"])
    return held("recording", "a.wav", stored, RESULT, changes)


def test_the_same_is_identical_here_and_elsewhere() -> None:
    assert found(RESULT).outcome is Outcome.IDENTICAL
    elsewhere = found(RESULT, THERE)
    assert elsewhere.outcome is Outcome.IDENTICAL
    assert [change.field for change in elsewhere.environment] == ["software.onnxruntime", "machine.features"]


@pytest.mark.parametrize(
    "then",
    [
        changed(recording="elsewhere/a.flac"),
        changed(provenance__audio__file_sha256="another"),
        changed(applicability=["device_not_validated"]),
        changed(applicability=["device_not_validated", "age_not_validated"]),
        changed(exam="e", site="AV"),
    ],
)
def test_where_it_lay_and_whose_it_was_is_no_part_of_a_result(then: dict[str, Any]) -> None:
    assert found(then).outcome is Outcome.IDENTICAL


@pytest.mark.parametrize(
    ("then", "field"),
    [
        (changed(murmur__probability=0.501), "murmur.probability"),
        (changed(provenance__windows__1__probability=0.499), "provenance.windows[1].probability"),
        (changed(provenance__windows__1__counted=False), "provenance.windows[1].counted"),
        (changed(provenance__windows=[WINDOW]), "provenance.windows"),
        (changed(heart_rate_bpm=88.1), "heart_rate_bpm"),
        (changed(applicability=[]), "applicability"),
        (changed(applicability=[["x"], {}]), "applicability"),
        (changed(approved=True), "approved"),
    ],
)
def test_on_the_same_machine_nothing_may_differ_and_elsewhere_it_is_named(then: dict[str, Any], field: str) -> None:
    here, elsewhere = found(then), found(then, THERE)
    assert (here.outcome, here.reason) == (Outcome.NOT_REPRODUCED, Reason.SAME_ENVIRONMENT)
    assert elsewhere.outcome is Outcome.REPRODUCED
    assert [difference.field for difference in elsewhere.differences] == [field]


@given(probability=st.integers(0, 1000).map(lambda thousandths: thousandths / 1000))
def test_elsewhere_five_thousandths_are_allowed_and_no_more(probability: float) -> None:
    for figure in ("probability", "unknown_probability"):
        now = RESULT["murmur"][figure]
        finding = found(changed(**{f"murmur__{figure}": probability}), THERE)
        apart = round(1000 * abs(probability - now))
        expected = (Outcome.IDENTICAL,) if not apart else (Outcome.REPRODUCED, Outcome.NOT_REPRODUCED)[apart > 5 :][:1]
        assert (finding.outcome,) == expected
        assert finding.largest_difference == apart / 1000


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        (changed(murmur__label="absent"), Reason.LABEL),
        (changed(murmur__label="unknown", murmur__reason="too_noisy"), Reason.LABEL),
        (changed(murmur__probability=None), Reason.PROBABILITY),
        (changed(murmur__probability=0.4, murmur__label="absent"), Reason.LABEL),
    ],
)
def test_another_label_or_no_figure_is_not_reproduced_anywhere(then: dict[str, Any], reason: Reason) -> None:
    for environment in (HERE, THERE):
        finding = found(then, environment)
        assert (finding.outcome, finding.reason) == (Outcome.NOT_REPRODUCED, reason)


def test_windows_of_a_hostile_file_are_only_compared(validate: Callable[[str, Any], None]) -> None:
    huge = 10**4000
    for windows in ([huge], [{"probability": huge}], [{"probability": "x"}], {"0": 1}, "none", [None] * 1000):
        finding = found(changed(provenance__windows=windows))
        assert finding.outcome is Outcome.NOT_REPRODUCED
        validate("reproduce", finding.to_json())
        assert len(json.dumps(finding.to_json())) < 2000 + len(str(huge))


def test_millions_of_differences_are_counted_and_not_listed() -> None:
    finding = found(changed(**{f"extra{index}": index for index in range(1000)}))
    assert (len(finding.differences), finding.more) == (MOST_NAMED, 1000 - MOST_NAMED)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(value=VALUES)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert list(differences(value, copy.deepcopy(value))) == []


@given(then=VALUES, now=VALUES)
def test_whatever_is_not_the_same_json_differs(then: Any, now: Any) -> None:
    same = json.dumps(then, sort_keys=True) == json.dumps(now, sort_keys=True)
    if same:
        assert list(differences(then, now)) == []
    elif then != now:
        assert list(differences(then, now))


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (True, 1, [Difference("", True, 1)]),
        (1, 1.0, []),
        ({"a": 1}, {}, [Difference("a", 1, NOT_THERE)]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [Difference("a[1]", 2, 3)]),
    ],
)
def test_fields_are_named_by_their_path(then: Any, now: Any, expected: list[Difference]) -> None:
    assert list(differences(then, now)) == expected
    assert named(expected) == (tuple(expected), 0)


def test_what_is_shown_is_short() -> None:
    assert shown("x" * 10_000) == "x" * 200
    assert shown(list(range(1000))) == "1000 items"
    assert shown([1, "a"]) == [1, "a"]
    assert shown({"a": {}}) == "1 items"
