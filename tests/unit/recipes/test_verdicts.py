"""The rule that the figures are made with is the rule that the product runs."""

from pathlib import Path

import numpy as np
import pytest
from dataset import Recording
from hypothesis import given
from hypothesis import strategies as st
from metrics import auroc, calibration_error, wilson
from platt import Platt, fit, sigmoid
from verdicts import MOST_UNKNOWN, Calibration, Exams, Rule, Thresholds, exam_odds, fit_rule, recording_odds

from stetho.analysis import ModelId, RecordingResult
from stetho.exam.site import STANDARD_SITES
from stetho.exam.verdict import Policy, judge_exam
from stetho.heart.quality import QualitySummary
from stetho.heart.rate import HeartRate
from stetho.inference import manifest
from stetho.inference.verdict import Label, LogOdds, MurmurVerdict
from stetho.stream import Origin, StreamSpec

RULE = Rule(
    Calibration(Platt(1.0, 0.0), Platt(1.0, 0.0), 0.2),
    Calibration(Platt(1.1, -0.4), Platt(1.2, 1.6), 0.2),
    -1.5,
    Thresholds(0.247, 0.25),
    Thresholds(0.247, 0.3),
)
EXAM_RULE = manifest.ExamRule(
    manifest.Calibration(1.1, -0.4), manifest.Calibration(1.2, 1.6), manifest.Thresholds(0.247, 0.3), -1.5
)
LOGITS = st.floats(-8.0, 8.0, allow_nan=False)


def recording(person: int, site: str, label: str) -> Recording:
    return Recording(
        path=Path(f"{person}_{site}.flac"),
        name=f"{person}_{site}",
        dataset="circor",
        use="train",
        group=f"circor_{person}",
        visit=str(person),
        site=site,
        visit_label=label,
        site_label=label,
        judged=True,
        usable=True,
        timing="",
        grade="",
        diastolic=False,
        age="Child",
        duration_s=20.0,
    )


def take(present: float, unknown: float, quality: float) -> RecordingResult:
    odds = LogOdds(present, unknown)
    label = Label.PRESENT if odds.probability >= RULE.recording.present else Label.ABSENT
    if odds.unknown_probability >= RULE.recording.unknown:
        label = Label.UNKNOWN
    return RecordingResult(
        recording="a",
        start=0,
        duration_s=10.0,
        spec=StreamSpec(4000, Origin.FILE),
        quality=QualitySummary(usable=True, score=quality),
        rate=HeartRate(None, 0.0),
        murmur=MurmurVerdict(label, odds, None, None, 5),
        segments=(),
        applicability=(),
        concealed_share=0.0,
        model=ModelId("murmur", "0", ""),
    )


@given(st.lists(st.tuples(LOGITS, LOGITS, st.floats(0.0, 1.0)), min_size=1, max_size=4))
def test_recipe_and_product_say_the_same_of_an_exam(sites: list[tuple[float, float, float]]) -> None:
    rows = [recording(1, site.value, "absent") for site, _ in zip(STANDARD_SITES, sites, strict=False)]
    present, unknown, quality = np.asarray(sites).T
    odds = recording_odds(RULE, present, unknown)
    of_exam, said = exam_odds(RULE, Exams(rows), odds, quality)
    takes = [(site, take(*values)) for site, values in zip(STANDARD_SITES, sites, strict=False)]
    product = judge_exam("e", takes, Policy.CHALLENGE, EXAM_RULE)
    assert product.label.value == said[0]
    assert product.probability == pytest.approx(of_exam.probability[0], abs=0.0011)
    assert product.unknown_probability == pytest.approx(of_exam.unknown_probability[0], abs=0.0011)
    assert [one.label.value for _, one in takes] == list(odds.labels(RULE.recording))


def exams(count: int, generator: np.random.Generator) -> tuple[list[Recording], np.ndarray, np.ndarray, np.ndarray]:
    """People with two sites, whose logits and quality know the label, more or less."""
    rows, present, unknown, quality = [], [], [], []
    for person in range(count):
        label = str(generator.choice(["absent", "present", "unknown"], p=[0.7, 0.2, 0.1]))
        for site in ("AV", "MV"):
            rows.append(recording(person, site, label))
            present.append(generator.normal({"present": 2.0, "unknown": -1.0, "absent": -2.0}[label], 1.5))
            unknown.append(generator.normal(0.5 if label == "unknown" else -2.0, 1.0))
            quality.append(np.clip(generator.normal(0.4 if label == "unknown" else 0.8, 0.2), 0.0, 1.0))
    return rows, np.asarray(present), np.asarray(unknown), np.asarray(quality)


def test_a_site_is_called_present_where_the_exam_is_so_in_one_of_six() -> None:
    rows, present, unknown, quality = exams(600, np.random.default_rng(0))
    rule = fit_rule(rows, present, unknown, quality)
    site = rule.recording.present
    assert rule.exam.present == site
    exam = sigmoid(np.asarray(rule.exam_calibration.present.logit(np.log(site / (1 - site)))))
    assert exam == pytest.approx(1 / 6, abs=0.002)


def test_poor_quality_is_learned_to_speak_for_unknown() -> None:
    assert fit_rule(*exams(600, np.random.default_rng(3))).quality_slope < -1.0


def test_no_more_of_the_judgeable_are_unknown_than_was_promised() -> None:
    generator = np.random.default_rng(1)
    rows, present, _, quality = exams(600, generator)
    labels = np.asarray([row.site_label for row in rows])
    unknown = np.where(labels == "unknown", 1.0, 0.0) + generator.normal(0.0, 0.7, len(rows))
    rule = fit_rule(rows, present, unknown, quality)
    known = Exams(rows)
    _, said = exam_odds(rule, known, recording_odds(rule, present, unknown), quality)
    assert (said[known.truth != "unknown"] == "unknown").mean() <= MOST_UNKNOWN


def test_a_curve_finds_the_odds_that_made_the_labels() -> None:
    generator = np.random.default_rng(2)
    x = generator.normal(0.0, 2.0, 20_000)
    curve = fit(x, generator.random(len(x)) < sigmoid(1.5 * x - 1.0))
    assert curve.slope == pytest.approx(1.5, abs=0.1)
    assert curve.intercept == pytest.approx(-1.0, abs=0.1)
    assert curve.logit(np.asarray(curve.inverse(0.7))) == pytest.approx(0.7)


def test_areas_count_pairs_and_half_of_the_ties() -> None:
    assert auroc(np.array([True, True, False, False]), np.array([3.0, 1.0, 1.0, 0.0])) == pytest.approx(3.5 / 4)
    assert np.isnan(auroc(np.array([True]), np.array([1.0])))


def test_wilson_and_the_error_of_calibration_on_cases_worked_by_hand() -> None:
    found = wilson(8, 10)
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)
    positive = np.array([False, True] * 50)
    assert calibration_error(positive, np.full(100, 0.5)) == pytest.approx(0.0)
    assert calibration_error(positive, np.full(100, 0.7)) == pytest.approx(0.2)


def test_where_too_many_are_unusable_no_rule_is_made() -> None:
    rows, present, _, quality = exams(200, np.random.default_rng(4))
    unknown = np.where([row.site_label == "absent" for row in rows], -4.0, 4.0)  # a third of these are unknown
    with pytest.raises(SystemExit, match="no usable recording"):
        fit_rule(rows, present, unknown, quality)
