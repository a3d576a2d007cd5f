from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.spans import PendingSpans
from stetho.stream import Span


def test_spans_come_out_once_and_in_order():
    pending = PendingSpans()
    pending.add((Span(2, 5), Span(8, 12)))
    assert pending.take(4) == (Span(2, 4),)
    assert pending.take(10) == (Span(4, 5), Span(8, 10))
    assert pending.take(100) == (Span(10, 12),)
    assert not pending
    assert pending.take(200) == ()


def test_touching_spans_are_one():
    pending = PendingSpans()
    pending.add((Span(0, 3), Span(3, 6)))
    pending.add((Span(5, 9),))
    assert pending.take(9) == (Span(0, 9),)


def test_cleared_spans_are_gone():
    pending = PendingSpans()
    pending.add((Span(0, 3),))
    pending.clear()
    assert pending.take(9) == ()


@given(lengths=st.lists(st.integers(1, 9), max_size=12), stops=st.lists(st.integers(0, 120), max_size=8))
def test_nothing_is_lost(lengths, stops):
    pending, at, marked = PendingSpans(), 0, set()
    for length in lengths:
        pending.add((Span(at, at + length),))
        marked |= set(range(at, at + length))
        at += length + 3
    taken = [index for stop in sorted(stops) for span in pending.take(stop) for index in range(span.start, span.stop)]
    taken += [index for span in pending.take(10_000) for index in range(span.start, span.stop)]
    assert taken == sorted(marked)
