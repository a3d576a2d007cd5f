"""From window scores to a verdict: fail-closed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.heart.beats import Durations, StateDuration
from stetho.inference.manifest import Calibration, ExamRule, Manifest, Thresholds, Windowing
from stetho.inference.verdict import Doubt, Label, ScoredWindow, judge, present_log_odds, unknown_log_odds
from stetho.stream import Span

ANY = StateDuration(0.1, 0.02, 0.05, 0.3)
MANIFEST = Manifest(
    name="murmur",
    version="0",
    model_file="",
    sha256="",
    mel_sha256="",
    window=Windowing(5, 1, 250, 125, 3, 0.05),
    present=Calibration(1.0, 0.0),
    unknown=Calibration(1.0, 0.0),
    recording=Thresholds(present=0.5, unknown=0.6),
    exam=ExamRule(Calibration(1.0, 0.0), Calibration(1.0, 0.0), Thresholds(present=0.5, unknown=0.6)),
    embedding_limit=2.0,
    durations=Durations(ANY, ANY, ANY, ANY),
    ages_validated_years=(0.0, 21.0),
    devices_validated=(),
)


def window(index: int, present: float, unknown: float = -9.0, **more: float | str) -> ScoredWindow:
    return ScoredWindow(index, Span(index * 100, index * 100 + 500), present, unknown, **more)


def test_three_good_windows_decide() -> None:
    verdict = judge([window(k, 2.0) for k in range(3)], MANIFEST)
    assert (verdict.label, verdict.reason, verdict.windows_scored) == (Label.PRESENT, None, 3)
    assert verdict.probability == 0.881
    verdict = judge([window(k, -2.0) for k in range(3)], MANIFEST)
    assert (verdict.label, verdict.probability) == (Label.ABSENT, 0.119)


def test_no_window_gives_no_number() -> None:
    verdict = judge([], MANIFEST)
    assert (verdict.label, verdict.reason) == (Label.UNKNOWN, Doubt.TOO_SHORT.value)
    assert verdict.probability is None
    assert verdict.unknown_probability is None


def test_two_windows_are_too_few_and_still_give_both_figures() -> None:
    verdict = judge([window(0, 3.0), window(1, 3.0)], MANIFEST)
    assert (verdict.label, verdict.reason) == (Label.UNKNOWN, Doubt.TOO_FEW_WINDOWS.value)
    assert verdict.probability is not None
    assert verdict.unknown_probability is not None


def test_the_most_common_cause_of_bad_quality_is_the_reason() -> None:
    poor = ["clipping", "mains_hum", "mains_hum", ""]
    verdict = judge([window(k, 3.0, poor=why) for k, why in enumerate(poor)], MANIFEST)
    assert (verdict.label, verdict.reason) == (Label.UNKNOWN, "mains_hum")


def test_windows_with_too_much_concealed_do_not_count() -> None:
    windows = [window(k, 3.0, concealed_share=0.06) for k in range(4)]
    assert judge(windows, MANIFEST).reason == Doubt.LINK_LOSS.value
    windows = [window(k, 3.0, concealed_share=0.05) for k in range(4)]
    assert judge(windows, MANIFEST).label is Label.PRESENT


def test_a_window_unlike_the_training_data_does_not_count() -> None:
    windows = [window(k, 3.0, embedding_rms=2.1) for k in range(4)]
    assert judge(windows, MANIFEST).reason == Doubt.UNLIKE_TRAINING.value


def test_what_an_expert_could_not_judge_is_unknown() -> None:
    verdict = judge([window(k, 1.0, unknown=4.0) for k in range(5)], MANIFEST)
    assert (verdict.label, verdict.reason) == (Label.UNKNOWN, Doubt.EXPERT_COULD_NOT_JUDGE.value)


def test_the_evidence_is_the_window_that_speaks_loudest_for_a_murmur() -> None:
    verdict = judge([window(0, 1.0), window(1, 4.0), window(2, 2.0)], MANIFEST)
    assert verdict.to_json(rate_hz=100)["evidence_s"] == [1.0, 6.0]


def test_log_odds_are_those_of_the_softmax() -> None:
    logits = np.array([0.3, -1.2, 2.0], np.float32)
    share = np.exp(logits) / np.exp(logits).sum()
    assert present_log_odds(logits) == pytest.approx(np.log(share[0] / share[2]), abs=1e-6)
    assert unknown_log_odds(logits) == pytest.approx(np.log(share[1] / (1 - share[1])), abs=1e-6)


causes = st.sampled_from(["", "", "clipping", "no_contact"])
scores = st.floats(-30, 30, width=32)


@given(st.lists(st.tuples(scores, scores, causes, st.floats(0, 1)), max_size=12))
def test_fewer_than_three_usable_windows_are_never_anything_but_unknown(
    rows: list[tuple[float, float, str, float]],
) -> None:
    verdict = judge(
        [
            window(k, present, unknown, poor=cause, concealed_share=share)
            for k, (present, unknown, cause, share) in enumerate(rows)
        ],
        MANIFEST,
    )
    usable = sum(1 for *_, cause, share in rows if not cause and share <= 0.05)
    if usable < 3:
        assert verdict.label is Label.UNKNOWN
    assert (verdict.label is Label.UNKNOWN) == (verdict.reason is not None)
    assert (verdict.probability is None) == (not rows)
