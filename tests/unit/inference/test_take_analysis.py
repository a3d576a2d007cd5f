"""The one path from samples to a verdict: the same however it is cut, and unknown whenever something is wrong."""

import logging
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.heart import Heart, Wish, scenario
from stetho.errors import ModelError
from stetho.heart.quality import Quality
from stetho.inference.models import shipped_model
from stetho.inference.session import MurmurModel, NetworkOutput
from stetho.inference.take_analysis import TakeAnalysis, TakeSummary
from stetho.inference.verdict import Label, ScoredWindow
from stetho.stream import Chunk, Origin, Samples, Span, StreamSpec, read_only

RATE_HZ = 4000
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)


@pytest.fixture(scope="module")
def heart() -> Samples:
    """Ten seconds of a heart with a murmur, float32 (n,)."""
    pcm = Heart(scenario("murmur", Wish(seed=1007, rate_hz=RATE_HZ))).read(10 * RATE_HZ)
    return pcm.astype(np.float32) / np.float32(32768)


def summary_of(pieces: list[tuple[int, Samples]], start: int = 0, holes: tuple[Span, ...] = ()) -> TakeSummary:
    analysis = TakeAnalysis(shipped_model(), SPEC, start)
    for first, samples in pieces:
        span = Span(first, first + len(samples))
        inside = tuple(Span(max(h.start, span.start), min(h.stop, span.stop)) for h in holes if h.overlap(span))
        list(analysis.process(Chunk(read_only(samples), SPEC, first, 0, inside)))
    list(analysis.finish())
    return analysis.summary()


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(1, 10 * RATE_HZ - 1), max_size=30, unique=True))
def test_the_summary_is_bit_identical_however_the_take_is_cut(heart: Samples, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(heart)]
    pieces = [(a, heart[a:b]) for a, b in pairwise(edges)]
    assert summary_of(pieces) == summary_of([(0, heart)])


def test_where_in_the_stream_a_take_begins_changes_nothing_but_its_place(heart: Samples) -> None:
    here, there = summary_of([(0, heart)]), summary_of([(777, heart)], start=777)
    assert here.verdict.log_odds == there.verdict.log_odds
    assert here.segments == there.segments
    assert there.verdict.evidence is not None
    assert here.verdict.evidence is not None
    assert there.verdict.evidence.start == here.verdict.evidence.start + 777


def test_windows_that_a_gap_touches_are_none(heart: Samples) -> None:
    analysis = TakeAnalysis(shipped_model(), SPEC, 0)
    scored: list[Quality | ScoredWindow] = []
    for first, stop in ((0, 22_000), (24_500, 40_000)):
        scored += analysis.process(Chunk(read_only(heart[first:stop]), SPEC, first, 0))
    scored += analysis.finish()
    # Seconds 0-5 lie before the gap; after it the next whole second is 7, and 7-12 is not there any more.
    assert [found.index for found in scored if isinstance(found, ScoredWindow)] == [0]
    assert analysis.verdict().label is Label.UNKNOWN


def test_more_than_a_twentieth_concealed_is_not_scored(heart: Samples) -> None:
    holes = tuple(Span(second * RATE_HZ, second * RATE_HZ + 240) for second in range(10))
    assert summary_of([(0, heart)], holes=holes).verdict.reason == "link_loss"


class FailingModel(MurmurModel):
    """The shipped model, except that it fails at its third window."""

    def __init__(self) -> None:
        self.manifest = shipped_model().manifest
        self._scored = 0

    def score(self, log_mel: Samples) -> NetworkOutput:
        self._scored += 1
        if self._scored == 3:
            raise ModelError("out of memory")
        return shipped_model().score(log_mel)


def test_a_model_that_fails_makes_the_take_unknown_and_ends_nothing(
    heart: Samples, caplog: pytest.LogCaptureFixture
) -> None:
    analysis = TakeAnalysis(FailingModel(), SPEC, 0)
    with caplog.at_level(logging.ERROR):
        list(analysis.process(Chunk(read_only(heart), SPEC, 0, 0)))
        list(analysis.finish())
    verdict = analysis.summary().verdict
    assert (verdict.label, verdict.probability, verdict.reason) == (Label.UNKNOWN, None, "analysis_failed")
    assert "out of memory" in caplog.text


def test_an_empty_take_is_unknown() -> None:
    analysis = TakeAnalysis(shipped_model(), SPEC, 0)
    list(analysis.finish())
    assert analysis.summary().verdict.reason == "too_short"


@pytest.mark.parametrize("frequency_hz", [0, 50, 100, 440])
def test_what_is_no_heart_has_neither_a_verdict_nor_a_rate(frequency_hz: int) -> None:
    time_s = np.arange(10 * RATE_HZ) / RATE_HZ
    found = summary_of([(0, np.float32(0.5) * np.sin(2 * np.pi * frequency_hz * time_s).astype(np.float32))])
    assert found.verdict.label is Label.UNKNOWN
    assert found.rate.heart_rate_bpm is None
