import numpy as np
import pytest

from stetho.heart.variability import WORDS, Variability, variability


def test_steady_beats_are_not_remarked_on() -> None:
    found = variability([0.8, 0.82, 0.79, 0.8, 0.81, 0.8, 0.78, 0.8, 0.81])
    assert found is not None
    assert found.words is None
    assert found.mean_s == pytest.approx(0.8, abs=0.01)


def test_what_varies_is_said_without_a_rhythms_name() -> None:
    found = variability(list(np.random.default_rng(0).uniform(0.4, 1.2, 20)))
    assert found is not None
    assert found.words == WORDS == "beat intervals vary; check the pulse or an ECG"
    assert not found.validated


def test_the_figures_are_the_task_forces() -> None:
    found = variability([1.0, 1.1] * 5)
    assert found == Variability(
        10, pytest.approx(1.05), pytest.approx(np.std([1.0, 1.1] * 5, ddof=1)), pytest.approx(0.1)
    )


def test_few_intervals_say_nothing() -> None:
    assert variability([0.8] * 7) is None
    assert variability([]) is None
