"""Frames to windows, and their states to one track."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stetho.dsp.frames import Frames
from stetho.inference.manifest import Windowing
from stetho.inference.states import StateTrack
from stetho.inference.windows import Window, Windows
from stetho.stream import Origin, Span, StreamSpec

WINDOWING = Windowing(5, 1, 250, 125, 3, 0.05)
SPEC = StreamSpec(4000, Origin.SIMULATED)
HOP = 80


def frames(first: int, count: int, start: int, concealed: tuple[Span, ...] = ()) -> Frames:
    """Frames whose value is their own number."""
    values = np.tile(np.arange(first, first + count, dtype=np.float32), (40, 1))
    return Frames(values, start + first * HOP, HOP, concealed)


def windows_of(cuts: list[int], start: int = 0) -> list[Window]:
    stage = Windows(WINDOWING, start)
    stage.prepare(SPEC)
    out: list[Window] = []
    first = 0
    for count in cuts:
        out += stage.process(frames(first, count, start))
        first += count
    return [*out, *stage.flush()]


def test_window_k_covers_seconds_k_to_k_plus_5_of_the_take() -> None:
    out = windows_of([400], start=12_345)
    assert [w.index for w in out] == [0, 1, 2, 3]
    assert [w.span.start for w in out] == [12_345 + k * 4000 for k in range(4)]
    assert all(len(w.span) == 20_000 for w in out)
    assert [float(w.log_mel[0, 0]) for w in out] == [0.0, 50.0, 100.0, 150.0]
    assert float(out[3].log_mel[39, -1]) == 399.0


@given(st.lists(st.integers(1, 130), min_size=1, max_size=12))
def test_windows_are_the_same_however_the_frames_are_cut(cuts: list[int]) -> None:
    whole, cut = windows_of([sum(cuts)]), windows_of(cuts)
    assert [(w.index, w.span) for w in whole] == [(w.index, w.span) for w in cut]
    assert all(np.array_equal(a.log_mel, b.log_mel) for a, b in zip(whole, cut, strict=True))


def test_a_window_counts_what_was_concealed_in_it_alone() -> None:
    stage = Windows(WINDOWING, 0)
    stage.prepare(SPEC)
    out = list(stage.process(frames(0, 350, 0, (Span(3_600, 4_400),))))
    assert [w.concealed_share for w in out] == [800 / 20_000, 400 / 20_000, 0.0]


def test_after_a_reset_windows_go_on_at_the_second_where_the_frames_do() -> None:
    stage = Windows(WINDOWING, 1000)
    stage.prepare(SPEC)
    list(stage.process(frames(0, 260, 1000)))
    stage.reset("gap")
    out = list(stage.process(frames(350, 300, 1000)))
    assert [w.index for w in out] == [7, 8]


def test_states_are_averaged_over_the_windows_that_saw_them() -> None:
    track = StateTrack(WINDOWING)
    track.add(0, np.full((4, 125), 1.0, np.float32))
    track.add(1, np.full((4, 125), 3.0, np.float32))
    track.add(9, np.full((4, 125), 5.0, np.float32))
    first, second = track.runs()
    assert (first.start, first.logits.shape[1]) == (0, 150)
    assert first.logits[0, [0, 25, 124, 125, 149]].tolist() == [1.0, 2.0, 2.0, 3.0, 3.0]
    assert (second.start, second.logits.shape[1]) == (225, 125)
    (late,) = track.runs(from_frame=230)
    assert (late.start, late.logits.shape[1]) == (230, 120)
