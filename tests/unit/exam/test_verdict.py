"""One verdict over the sites of an exam."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.analysis import ModelId, RecordingResult
from stetho.exam.site import STANDARD_SITES, Site
from stetho.exam.verdict import ExamResult, Policy, judge_exam
from stetho.heart.quality import QualitySummary
from stetho.heart.rate import HeartRate
from stetho.inference.manifest import Calibration, ExamRule, Thresholds
from stetho.inference.verdict import Label, LogOdds, MurmurVerdict
from stetho.stream import Origin, StreamSpec

SAME = Calibration(1.0, 0.0)
RULE = ExamRule(SAME, SAME, Thresholds(present=0.5, unknown=0.6))
AV, PV, TV, MV = STANDARD_SITES


def take(
    label: Label, log_odds: float = 0.0, quality: float = 0.9, name: str = "a", origin: Origin = Origin.FILE
) -> RecordingResult:
    verdict = MurmurVerdict(label, LogOdds(log_odds, -5.0), None, None, 5)
    return RecordingResult(
        recording=name,
        start=0,
        duration_s=10.0,
        spec=StreamSpec(4000, origin),
        quality=QualitySummary(label is not Label.UNKNOWN, quality),
        rate=HeartRate(None, 0.0),
        murmur=verdict,
        segments=(),
        applicability=("simulated",) if origin is Origin.SIMULATED else (),
        concealed_share=0.0,
        model=ModelId("murmur", "0", ""),
    )


PRESENT = take(Label.PRESENT, 2.0)
ABSENT = take(Label.ABSENT, -3.0)
UNKNOWN = take(Label.UNKNOWN, -3.0)


def judged(policy: Policy, *recordings: tuple[Site, RecordingResult]) -> ExamResult:
    return judge_exam("e", recordings, policy, RULE)


def test_four_good_sites_without_a_murmur_are_absent_under_both_policies() -> None:
    for policy in Policy:
        assert judged(policy, *((site, ABSENT) for site in STANDARD_SITES)).label is Label.ABSENT


def test_a_missing_site_is_unknown_to_a_clinician_and_absent_to_the_challenge() -> None:
    three = [(site, ABSENT) for site in (AV, PV, TV)]
    clinical = judged(Policy.CLINICAL, *three)
    assert (clinical.label, clinical.reason) == (Label.UNKNOWN, "site_missing")
    assert judged(Policy.CHALLENGE, *three).label is Label.ABSENT


def test_a_site_that_could_not_be_judged_is_as_good_as_missing() -> None:
    exam = judged(Policy.CLINICAL, (AV, ABSENT), (PV, ABSENT), (TV, ABSENT), (MV, UNKNOWN))
    assert (exam.label, exam.reason) == (Label.UNKNOWN, "site_unknown")


def test_a_take_called_present_is_never_outvoted_at_its_site() -> None:
    better = take(Label.ABSENT, -4.0, quality=1.0)
    exam = judged(Policy.CLINICAL, (AV, PRESENT), (AV, better), (PV, ABSENT), (TV, ABSENT), (MV, ABSENT))
    assert exam.label is Label.PRESENT


def test_the_loudest_site_is_named_only_where_it_leads_clearly() -> None:
    assert judged(Policy.CLINICAL, (AV, PRESENT), (PV, ABSENT)).loudest_site is AV
    assert judged(Policy.CLINICAL, (AV, PRESENT), (PV, take(Label.PRESENT, 1.9))).loudest_site is None
    assert judged(Policy.CLINICAL, *((site, ABSENT) for site in STANDARD_SITES)).loudest_site is None


def test_an_exam_of_nothing_usable_has_a_reason_and_no_invented_number() -> None:
    exam = judged(Policy.CHALLENGE, (AV, UNKNOWN))
    assert (exam.label, exam.reason) == (Label.UNKNOWN, "no_usable_site")
    assert judged(Policy.CHALLENGE).probability is None


def test_the_figures_of_an_exam_are_its_own_and_its_label_follows_its_sites() -> None:
    """A site at even chance is a murmur, whatever chance the exam then has."""
    rule = ExamRule(Calibration(1.0, -1.0), Calibration(1.0, 5.0), Thresholds(present=0.5, unknown=0.6))
    exam = judge_exam("e", [(AV, take(Label.PRESENT, 0.0)), (PV, ABSENT)], Policy.CHALLENGE, rule)
    assert (exam.label, exam.probability, exam.unknown_probability) == (Label.PRESENT, 0.269, 0.5)
    silent = judge_exam("e", [(AV, ABSENT)], Policy.CHALLENGE, rule)
    assert (silent.label, silent.probability) == (Label.ABSENT, 0.018)
    doubtful = ExamRule(SAME, Calibration(1.0, 6.0), Thresholds(present=0.5, unknown=0.6))
    assert judge_exam("e", [(AV, ABSENT)], Policy.CHALLENGE, doubtful).reason == "expert_could_not_judge"


def test_poor_sound_speaks_for_unknown_and_not_for_how_many_sites_there_are() -> None:
    rule = ExamRule(SAME, Calibration(1.0, 6.0), Thresholds(present=0.5, unknown=0.6), quality_slope=-2.0)
    good, poor = (take(Label.ABSENT, -3.0, quality=quality) for quality in (1.0, 0.2))
    assert judge_exam("e", [(AV, good)], Policy.CHALLENGE, rule).unknown_probability == pytest.approx(0.269)
    assert judge_exam("e", [(AV, poor)], Policy.CHALLENGE, rule).label is Label.UNKNOWN
    mixed = judge_exam("e", [(AV, good), (PV, poor)], Policy.CHALLENGE, rule)
    assert mixed.unknown_probability == pytest.approx(0.45, abs=0.001)
    four = judge_exam("e", [(AV, good), (PV, poor), (TV, good), (MV, poor)], Policy.CHALLENGE, rule)
    assert four.unknown_probability == mixed.unknown_probability


def test_repeating_a_site_changes_no_probability() -> None:
    """How many recordings there are is never a feature."""
    once = judged(Policy.CHALLENGE, (AV, ABSENT), (PV, PRESENT))
    twice = judged(Policy.CHALLENGE, (AV, ABSENT), (AV, ABSENT), (PV, PRESENT))
    assert once.probability == twice.probability == pytest.approx(0.881)


def test_an_exam_of_one_simulated_take_is_marked() -> None:
    made = take(Label.ABSENT, -3.0, origin=Origin.SIMULATED)
    printed = judged(Policy.CLINICAL, (AV, ABSENT), (PV, made)).to_json()
    assert printed["origins"] == ["file", "simulated"]
    assert printed["applicability"] == ["simulated"]


@given(st.lists(st.tuples(st.sampled_from(list(Site)), st.sampled_from([PRESENT, ABSENT, UNKNOWN])), max_size=8))
def test_no_clinical_negative_while_a_standard_site_is_missing_or_unknown(
    recordings: list[tuple[Site, RecordingResult]],
) -> None:
    exam = judged(Policy.CLINICAL, *recordings)
    if exam.label is Label.ABSENT:
        for site in STANDARD_SITES:
            assert any(where is site and result.label is Label.ABSENT for where, result in recordings)
        assert all(result.label is not Label.PRESENT for _, result in recordings)
    assert "does not rule out heart disease" in exam.to_json()["notice"] or exam.label is not Label.ABSENT
