"""Short holes are marked, long ones are gaps."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stetho.holes import LongLosses, joined, missing_spans, without_gaps
from stetho.source import Hole, HoleFate
from stetho.spool import TakeSpool
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

SPEC = StreamSpec(1000, Origin.SIMULATED)  # 60 ms are 60 samples


def chunk(start: int, stop: int) -> Chunk:
    return Chunk(read_only(np.arange(start, stop, dtype=np.float32)), SPEC, start, 0)


def test_resent_samples_are_not_missing() -> None:
    holes = [Hole(Span(0, 5), HoleFate.RESENT), Hole(Span(9, 12), HoleFate.LOST)]
    assert list(missing_spans(holes)) == [Span(9, 12)]


def test_a_hole_of_60_ms_is_marked_and_one_of_61_ms_cuts() -> None:
    parts = list(without_gaps(chunk(0, 1000), [Span(100, 160), Span(300, 361)]))
    assert [(part.start, part.stop) for part in parts] == [(0, 300), (361, 1000)]
    assert [part.concealed for part in parts] == [(Span(100, 160),), ()]


def test_a_hole_across_two_chunks_is_judged_by_its_whole_length() -> None:
    hole = Span(950, 1050)
    first = list(without_gaps(chunk(0, 1000), [hole]))
    second = list(without_gaps(chunk(1000, 2000), [hole]))
    assert [(part.start, part.stop) for part in (*first, *second)] == [(0, 950), (1050, 2000)]


def test_a_long_loss_that_is_given_up_a_packet_at_a_time_is_one_gap() -> None:
    # A ledger file tells such a loss as one span: what is live and what is saved must hear the same.
    packets = [Span(start, start + 50) for start in range(100, 300, 50)]
    parts = list(without_gaps(chunk(0, 1000), packets))
    assert [(part.start, part.stop, part.concealed) for part in parts] == [(0, 100, ()), (300, 1000, ())]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=12))
def test_joined_spans_hold_the_same_samples_and_never_touch(drawn: list[tuple[int, int]]) -> None:
    spans = [Span(start, start + length) for start, length in drawn]
    found = list(joined(spans))
    held = {sample for span in spans for sample in range(span.start, span.stop)}
    assert {sample for span in found for sample in range(span.start, span.stop)} == held
    assert all(before.stop < after.start for before, after in pairwise(found))


def test_the_spool_gives_back_what_was_put_in_and_marks_what_never_came() -> None:
    spool = TakeSpool(SPEC)
    spool.add(chunk(500, 1500), (Hole(Span(700, 740), HoleFate.LOST),))
    spool.add(chunk(1500, 4000), ())
    parts = list(spool.read(Span(600, 3500)))
    samples = np.concatenate([part.chest for part in parts])
    assert np.array_equal(samples, np.arange(600, 3500, dtype=np.float32))
    assert [hole for part in parts for hole in part.concealed] == [Span(700, 740)]
    spool.close()


def test_a_spool_that_forgot_starts_anew_anywhere() -> None:
    spool = TakeSpool(SPEC)
    spool.add(chunk(0, 1000), ())
    spool.forget()
    spool.add(chunk(1000, 1200), ())
    assert np.array_equal(next(spool.read(Span(1000, 1200))).chest, np.arange(1000, 1200, dtype=np.float32))
    spool.close()


def test_the_spool_fills_a_jump_with_time_and_says_what_is_missing() -> None:
    spool = TakeSpool(SPEC)
    spool.add(chunk(0, 100), ())
    assert spool.add(chunk(400, 500), ()) == [Span(100, 400)]
    parts = list(spool.read(Span(0, 500)))
    assert [(part.start, part.stop) for part in parts] == [(0, 100), (400, 500)]
    assert np.array_equal(parts[1].chest, np.arange(400, 500, dtype=np.float32))
    spool.close()


def test_a_long_loss_is_told_once_it_is_over_however_its_pieces_come() -> None:
    losses = LongLosses(SPEC.rate_hz)
    assert list(losses.process(chunk(0, 1000), [Span(500, 1000)])) == []
    assert list(losses.process(chunk(1000, 2000), [Span(1000, 2000)])) == []
    assert list(losses.process(chunk(2000, 3000), [Span(2000, 2501)])) == [Span(500, 2501)]
    assert list(losses.process(chunk(3000, 6000), [Span(3000, 5000)])) == []
