"""What waits is analysed together: the same samples, marks and markers, in the same order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stetho.join import joined
from stetho.source import LinkChange, LinkState, SourceItem
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

SPEC = StreamSpec(4000, Origin.SIMULATED)
MARK = LinkChange(LinkState.STALLED, 0, 0)


def chunk(start: int, length: int, spec: StreamSpec = SPEC) -> Chunk:
    concealed = (Span(start, start + 1),) if start % 3 == 0 else ()
    samples = read_only(np.arange(start, start + length, dtype=np.float32))
    return Chunk(samples, spec, start, 1_000_000_000 * start // spec.rate_hz, concealed)


def stream(steps: list[tuple[int, int, bool]]) -> list[SourceItem]:
    """Chunks of (length, gap before it), and a marker behind where the step says so."""
    items: list[SourceItem] = []
    at = 0
    for length, gap, marked in steps:
        at += gap
        items.append(chunk(at, length))
        at += length
        if marked:
            items.append(MARK)
    return items


@given(st.lists(st.tuples(st.integers(1, 200), st.sampled_from((0, 0, 0, 500)), st.booleans()), max_size=20))
def test_nothing_is_changed_but_the_cuts(steps: list[tuple[int, int, bool]]) -> None:
    items = stream(steps)
    found = list(joined(items, 0.1))

    def told(items: list[SourceItem]) -> list[object]:
        """Each sample with its place and mark, each marker, in order."""
        out: list[object] = []
        for item in items:
            if not isinstance(item, Chunk):
                out.append(item)
                continue
            marked = {at for span in item.concealed for at in range(span.start, span.stop)}
            out += [(item.start + i, float(x), item.start + i in marked) for i, x in enumerate(item.chest)]
        return out

    assert told(found) == told(items)
    for item in found:
        if isinstance(item, Chunk):
            assert item.t0_ns == 1_000_000_000 * item.start // SPEC.rate_hz
            assert len(item) <= 400 or any(item is one for one in items)


def test_what_does_not_touch_is_not_joined() -> None:
    other = StreamSpec(2000, Origin.SIMULATED)
    items: list[SourceItem] = [chunk(1, 10), chunk(11, 10), chunk(31, 10), chunk(41, 10, other)]
    starts = [(item.start, len(item)) for item in joined(items, 0.1) if isinstance(item, Chunk)]
    assert starts == [(1, 20), (31, 10), (41, 10)]
