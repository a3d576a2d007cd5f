"""SpanSet against a set of integers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.assembly.span_set import SpanSet
from stetho.stream import Span

spans = st.builds(lambda a, n: Span(a, a + n), st.integers(0, 60), st.integers(0, 12))


@given(st.lists(spans, max_size=20), spans, st.integers(0, 80))
def test_it_is_a_set_of_indices(added, asked, index):
    ours, theirs = SpanSet(), set()
    for span in added:
        ours.add(span)
        theirs |= set(range(span.start, span.stop))
    kept = list(ours)
    assert {i for span in kept for i in range(span.start, span.stop)} == theirs
    assert all(a.stop < b.start for a, b in pairwise(kept))
    missing = {i for gap in ours.gaps(asked) for i in range(gap.start, gap.stop)}
    assert missing == set(range(asked.start, asked.stop)) - theirs
    reach = index
    while reach in theirs:
        reach += 1
    assert ours.reach(index) == reach
    ours.forget_before(index)
    assert {i for span in ours for i in range(span.start, span.stop) if i >= index} == {i for i in theirs if i >= index}
