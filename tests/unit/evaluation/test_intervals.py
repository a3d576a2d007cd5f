"""Intervals against published values, and against what resampling says of whole people."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stetho.evaluation.intervals import (
    Interval,
    Z,
    auroc_by_person,
    bootstrap_by_person,
    newcombe,
    wilson,
    wilson_by_person,
)


def ends(found: Interval) -> list[float]:
    return [found.low, found.high]


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    # Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 1998, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(right: int, n: int, low: float, high: float) -> None:
    found = wilson(right, n)
    assert ends(found) == pytest.approx([low, high], abs=5e-5)
    mirrored = wilson(n - right, n)
    assert [1 - end for end in reversed(ends(mirrored))] == pytest.approx(ends(found))


@pytest.mark.parametrize(("right", "n"), [(1, 0), (3, 2), (-1, 4)])
def test_what_is_no_proportion_has_no_interval(right: int, n: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        wilson(right, n)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_the_interval_holds_the_share_and_is_never_empty(items) -> None:
    hit, people = np.array([one for one, _ in items], bool), [str(person) for _, person in items]
    found = wilson_by_person(hit, people)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


def test_people_with_one_item_each_are_independent() -> None:
    hit = np.arange(50) < 37
    found = wilson_by_person(hit, [str(i) for i in range(50)])
    assert ends(found) == pytest.approx(ends(wilson(37, 50)))


def test_a_person_heard_ten_times_is_no_ten_people() -> None:
    once = np.arange(50) < 37
    people = np.repeat([str(i) for i in range(50)], 10)
    found = wilson_by_person(np.repeat(once, 10), list(people))
    assert ends(found) == pytest.approx(ends(wilson(37, 50)), abs=0.005)
    all_right = wilson_by_person(np.ones(500, bool), list(people))
    assert (all_right.low, all_right.high) == (wilson(50, 50).low, 1.0)


def clustered(seed: int, people: int = 200):
    """Up to six items of each person, alike."""
    generator = np.random.default_rng(seed)
    counts = generator.integers(1, 7, people)
    chance = generator.beta(4, 1, people)
    owner = np.repeat(np.arange(people), counts)
    return generator.random(owner.size) < chance[owner], [str(person) for person in owner]


@pytest.mark.parametrize("seed", range(3))
def test_the_interval_of_many_people_is_that_of_resampling_them(seed: int) -> None:
    hit, people = clustered(seed)
    found, drawn = wilson_by_person(hit, people), bootstrap_by_person(people, lambda i: float(hit[i].mean()))
    assert found.value == drawn.value
    assert found.high - found.low == pytest.approx(drawn.high - drawn.low, rel=0.12)


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_truth(heavy_count: Callable[[int], int]) -> None:
    trials = max(300, heavy_count(5000))
    held = 0
    for seed in range(trials):
        hit, people = clustered(seed, people=25)
        found = wilson_by_person(hit, people)
        held += found.low <= 0.8 <= found.high
    assert 0.92 <= held / trials <= 0.985


def test_a_resample_holds_people_whole_and_the_seed_decides() -> None:
    people = ["b", "a", "b", "c", "a", "b"]
    seen: list[list[int]] = []

    def look(places) -> float:
        seen.append(np.bincount(places, minlength=6).tolist())
        return float(places.mean())

    first = bootstrap_by_person(people, look, resamples=200)
    *resamples, everything = seen
    assert everything == [1] * 6
    for counts in resamples:
        assert counts[0] == counts[2] == counts[5]
        assert counts[1] == counts[4]
        assert counts[0] + counts[1] + counts[3] == 3
    assert len({tuple(counts) for counts in resamples}) == 10  # all there are of three people
    drawn = list(seen)
    assert first == bootstrap_by_person(people, look, resamples=200)
    assert seen == drawn * 2
    bootstrap_by_person(people, look, resamples=200, seed=2)
    assert seen[2 * len(drawn) :] != drawn


def test_what_a_resample_can_t_tell_is_left_out() -> None:
    found = bootstrap_by_person(list("abcdef"), lambda i: float("nan") if 0 in i else 1.0)
    assert np.isnan(found.value)
    assert (found.low, found.high) == (1.0, 1.0)
    nothing = bootstrap_by_person(list("ab"), lambda _: float("nan"))
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()


def test_the_ends_of_newcombes_interval_solve_his_equation() -> None:
    area, positives, negatives = 0.86, 40, 70
    found = newcombe(area, positives, negatives)
    for theta in (found.low, found.high):
        spread = 1 + ((positives + negatives) / 2 - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        variance = theta * (1 - theta) * spread / (positives * negatives)
        assert abs(theta - area) == pytest.approx(Z * np.sqrt(variance), rel=1e-6)
    assert found.low < area < found.high


def test_classes_apart_are_no_certainty() -> None:
    positive = np.arange(12) < 6
    x = positive.astype(float)
    found = auroc_by_person(positive, x, [str(i) for i in range(12)])
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.6 < found.low < 0.75
    often = auroc_by_person(np.repeat(positive, 5), np.repeat(x, 5), [str(i) for i in np.repeat(np.arange(12), 5)])
    assert often == found  # five recordings of each are no more people


def test_an_area_s_interval_is_that_of_normal_theory_where_there_are_many() -> None:
    generator = np.random.default_rng(5)
    positive = generator.random(400) < 0.4
    x = positive * 1.2 + generator.normal(size=400)
    found = auroc_by_person(positive, x, [str(i) for i in range(400)])
    theory = newcombe(found.value, int(positive.sum()), int((~positive).sum()))
    assert ends(found) == pytest.approx(ends(theory), abs=0.015)
