"""Measures against scikit-learn, and against figures worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score  # type: ignore[import-untyped]  # it has no types

from stetho.evaluation.measures import auroc, brier, calibration_error, weighted_accuracy

# Few different values, so that there are ties.
SCORED = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=60)


def columns(scored):
    positive = np.array([one for one, _ in scored], bool)
    return positive, np.array([level for _, level in scored], np.float64) / 20


@given(SCORED)
def test_auroc_and_brier_are_those_of_scikit_learn(scored) -> None:
    positive, x = columns(scored)
    assert brier(positive, x) == pytest.approx(brier_score_loss(positive, x))
    if positive.all() or not positive.any():
        assert np.isnan(auroc(positive, x))
    else:
        assert auroc(positive, x) == pytest.approx(roc_auc_score(positive, x))


def test_calibration_error_of_two_bins_by_hand() -> None:
    positive = np.array([False, False, True, True])
    p = np.array([0.1, 0.3, 0.6, 0.8])
    assert calibration_error(positive, p, bins=2) == pytest.approx((0.2 + 0.3) / 2)
    assert calibration_error(positive, p, bins=1) == pytest.approx(abs(0.5 - 0.45))
    assert calibration_error(positive, p) == pytest.approx(np.abs(positive - p).mean())  # no more bins than items


@given(SCORED)
def test_calibration_error_is_a_distance_whatever_the_order(scored) -> None:
    positive, x = columns(scored)
    error = calibration_error(positive, x, bins=1)
    assert 0 <= error <= 1
    assert error == pytest.approx(calibration_error(positive[::-1], x[::-1], bins=1))


def test_calibrated_probabilities_have_a_small_error_and_shifted_ones_the_shift() -> None:
    generator = np.random.default_rng(3)
    p = generator.uniform(0.2, 0.8, 50_000)
    positive = generator.random(50_000) < p
    assert calibration_error(positive, p) < 0.01
    assert calibration_error(positive, p - 0.1) == pytest.approx(0.1, abs=0.01)


def test_weighted_accuracy_is_the_challenges() -> None:
    truth = np.array(["present"] * 4 + ["unknown"] * 2 + ["absent"] * 10)
    said = np.array(["present"] * 3 + ["absent", "unknown", "present"] + ["absent"] * 8 + ["present", "unknown"])
    assert weighted_accuracy(truth, said) == pytest.approx((5 * 3 + 3 * 1 + 8) / (5 * 4 + 3 * 2 + 10))
    assert weighted_accuracy(truth, truth) == 1.0


def test_of_nothing_nothing_is_known() -> None:
    nothing, words = np.zeros(0), np.zeros(0, "<U7")
    for value in (auroc(nothing > 0, nothing), brier(nothing > 0, nothing), calibration_error(nothing > 0, nothing)):
        assert np.isnan(value)
    assert np.isnan(weighted_accuracy(words, words))
