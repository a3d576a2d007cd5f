"""So many seconds of a stream, to the sample: however it is cut, and where nothing came."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stetho.records.first_samples import FirstSamples
from stetho.source import Hole, HoleFate
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

SPEC = StreamSpec(1000, Origin.SIMULATED)


class Kept:
    """An archive that remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[Chunk, tuple[Hole, ...]]] = []
        self.early: list[Chunk] = []

    def __call__(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        self.given.append((chunk, holes))

    def ahead(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        self.early.append(chunk)


def chunk(start: int, stop: int) -> Chunk:
    return Chunk(read_only(np.arange(start, stop, dtype=np.float32)), SPEC, start, start * 1_000_000)


@given(cuts=st.sets(st.integers(1, 999), max_size=9))
def test_it_ends_at_the_sample_however_the_stream_was_cut(cuts: set[int]) -> None:
    kept = Kept()
    first = FirstSamples(kept, 0.5)
    edges = [0, *sorted(cuts), 1000]
    for start, stop in pairwise(edges):
        first(chunk(start, stop), ())
        assert first.complete == (stop >= 500)
    samples = np.concatenate([given.chest for given, _ in kept.given])
    assert np.array_equal(samples, np.arange(500))


def test_holes_end_with_it_and_what_waits_behind_the_end_is_not_kept() -> None:
    kept = Kept()
    first = FirstSamples(kept, 0.5)
    first.ahead(chunk(450, 550), ())
    first.ahead(chunk(500, 550), ())
    first(chunk(0, 600), (Hole(Span(100, 200), HoleFate.RESENT), Hole(Span(450, 600), HoleFate.LOST)))
    assert (first.holds(499, SPEC), first.holds(500, SPEC)) == (True, False)
    assert [(c.start, c.stop) for c in kept.early] == [(450, 500)]
    assert kept.given[0][1] == (Hole(Span(100, 200), HoleFate.RESENT), Hole(Span(450, 500), HoleFate.LOST))


def test_time_is_kept_where_nothing_came_before_the_end() -> None:
    kept = Kept()
    first = FirstSamples(kept, 0.5)
    first(chunk(0, 100), ())
    first(chunk(700, 800), ())
    (_, (last, holes)) = kept.given
    assert (last.start, last.stop, last.t0_ns, holes) == (499, 500, 499_000_000, (Hole(Span(499, 500), HoleFate.LOST),))
    assert first.complete


def test_without_an_end_all_is_given() -> None:
    kept = Kept()
    first = FirstSamples(kept, math.inf)
    first(chunk(0, 100), ())
    assert len(kept.given[0][0]) == 100
    assert not first.complete
