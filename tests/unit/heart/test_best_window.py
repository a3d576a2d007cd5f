"""The best five seconds of a take, and how much of it is good."""

from stetho.heart.assessment import Quality, Reason
from stetho.heart.summary import BestWindow, summarize
from stetho.stream import Span

HALF = 1000


def halves(scores: list[float], start: int = 0) -> list[Quality]:
    """Half seconds one after the other; below 0.3 they can't be used."""
    return [
        Quality(Span(at, at + HALF), score, score >= 0.3, () if score >= 0.3 else (Reason.RUBBING,))
        for at, score in zip(range(start, start + HALF * len(scores), HALF), scores, strict=True)
    ]


def test_the_best_is_the_one_of_the_highest_mean_and_of_equals_the_first() -> None:
    found = summarize(halves([0.5] * 6 + [0.9] * 10 + [0.5] * 4))
    assert found.best == Span(6 * HALF, 16 * HALF)
    assert found.good == 20 * HALF
    assert summarize(halves([0.9] * 30)).best == Span(0, 10 * HALF)


def test_one_that_is_poor_by_more_than_a_quarter_is_none() -> None:
    assert summarize(halves([0.9] * 7 + [0.1] * 3)).best is None
    found = summarize(halves([0.9] * 8 + [0.1] * 2))
    assert (found.best, found.good) == (Span(0, 10 * HALF), 8 * HALF)


def test_five_seconds_across_a_gap_are_none() -> None:
    assert summarize(halves([0.9] * 9) + halves([0.9] * 9, 20_000)).best is None
    assert summarize(halves([0.9] * 9) + halves([0.9] * 10, 20_000)).best == Span(20_000, 30_000)


def test_while_it_runs_it_is_the_same() -> None:
    track, best = halves([0.4, 0.9, 0.2, 0.8, 0.7] * 6), BestWindow()
    for count, quality in enumerate(track, 1):
        best.add(quality)
        assert best.span == summarize(track[:count]).best
