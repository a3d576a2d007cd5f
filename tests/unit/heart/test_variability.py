import numpy as np
import pytest

from stetho.heart.beats import Beat
from stetho.heart.variability import SURE, WORDS, SteadyWords, Variability, longest_run, variability


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


def test_intervals_that_follow_one_another_are_looked_for_between_what_is_unsure_or_missing() -> None:
    sure = [Beat(at, at + 0.3, at + 0.8, 0.9) for at in (0.0, 0.8, 2.5, 3.3, 4.1)]
    assert longest_run(sure) == pytest.approx([0.8] * 3)
    unsure = Beat(3.3, 3.6, 4.1, SURE - 0.01)
    assert longest_run([*sure[:3], unsure, sure[4]]) == pytest.approx([0.8] * 2)
    assert longest_run([Beat(0.0, 0.3)]) == []


def test_words_that_come_and_go_are_not_said() -> None:
    calm = variability([0.8] * 8)
    varying = variability([0.5, 1.1] * 4)
    words = SteadyWords()
    assert {words.hear(found) for found in [varying, calm] * 5} == {None}
    assert [words.hear(varying) for _ in range(3)] == [None, None, WORDS]
    assert [words.hear(calm) for _ in range(5)] == [WORDS] * 4 + [None]
    assert [words.hear(varying) for _ in range(3)][-1] == WORDS
    assert words.hear(None) is None
