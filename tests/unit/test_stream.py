"""The vocabulary of samples."""

import numpy as np
import pytest

from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

SPEC = StreamSpec(1000, Origin.SIMULATED)


def test_a_chunk_is_read_only_contiguous_float32() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Chunk(np.zeros((1, 4), np.float32), SPEC, 0, 0)
    with pytest.raises(ValueError, match="float32"):
        Chunk(read_only(np.zeros((2, 4))), SPEC, 0, 0)


def test_read_only_does_not_touch_its_argument() -> None:
    samples = np.zeros(4, np.float32)
    view = read_only(samples)
    samples[0] = 1.0
    assert view.shape == (1, 4)
    assert not view.flags.writeable


def test_between_keeps_time_and_holes() -> None:
    chunk = Chunk(read_only(np.arange(100)), SPEC, 1000, 7_000_000, (Span(1010, 1020), Span(1050, 1060)))
    part = chunk.between(1015, 1055)
    assert part is not None
    assert (part.start, part.stop, part.t0_ns) == (1015, 1055, 22_000_000)
    assert part.concealed == (Span(1015, 1020), Span(1050, 1055))
    assert np.array_equal(part.chest, np.arange(15, 55))
    assert chunk.between(0, 5000) is chunk
    assert chunk.between(1100, 1200) is None


def test_impossible_streams_and_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        StreamSpec(0, Origin.FILE)
    with pytest.raises(ValueError, match="chest"):
        StreamSpec(1000, Origin.FILE, ("ambient",))
    with pytest.raises(ValueError, match="before it starts"):
        Span(2, 1)
