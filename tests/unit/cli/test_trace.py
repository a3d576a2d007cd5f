"""The braille trace."""

import numpy as np

from stetho.cli.trace import Trace
from stetho.events import WaveEvent


def wave(samples: "np.ndarray[tuple[int], np.dtype[np.float32]]", start: int = 0, rate_hz: int = 4000) -> WaveEvent:
    return WaveEvent((start + samples.size) / rate_hz, samples, rate_hz, start, 0)


def inked(rows: list[str]) -> list[bool]:
    """Which columns of characters have any dot."""
    return [any(row[column] != "\u2800" for row in rows) for column in range(len(rows[0]))]


def test_an_empty_trace_is_blank_and_of_the_size_asked_for() -> None:
    rows = Trace().rows(40, 5)
    assert rows == ["\u2800" * 40] * 5


def test_the_newest_is_at_the_right_and_fills_the_window() -> None:
    trace = Trace(window_s=4.0)
    trace.add(wave(np.full(8000, 0.1, np.float32)))
    assert inked(trace.rows(40, 5)) == [False] * 20 + [True] * 20
    trace.add(wave(np.full(8000, 0.1, np.float32), 8000))
    assert all(inked(trace.rows(40, 5)))


def test_however_the_wave_is_cut_the_picture_is_the_same() -> None:
    samples = np.random.default_rng(3).standard_normal(12_345).astype(np.float32)
    whole, cut = Trace(), Trace()
    whole.add(wave(samples))
    for start in range(0, samples.size, 77):
        cut.add(wave(samples[start : start + 77], start))
    assert whole.rows(60, 8) == cut.rows(60, 8)


def test_what_was_lost_leaves_an_empty_place() -> None:
    trace = Trace(window_s=4.0)
    trace.add(wave(np.full(4000, 0.1, np.float32)))
    trace.add(wave(np.full(8000, 0.1, np.float32), 8000))
    assert inked(trace.rows(40, 5)) == [True] * 10 + [False] * 10 + [True] * 20


def test_a_beat_is_high_and_silence_flat() -> None:
    trace = Trace(window_s=2.0)
    samples = np.zeros(8000, np.float32)
    samples[6000:6400] = np.sin(np.arange(400) * 0.3)
    trace.add(wave(samples))
    rows = trace.rows(40, 9)
    assert rows[0][30] != "\u2800" or rows[1][30] != "\u2800"
    assert all(row[10] == "\u2800" for row in rows[:4])


def test_faint_noise_stays_small() -> None:
    trace = Trace()
    trace.add(wave(np.random.default_rng(0).standard_normal(20_000).astype(np.float32) * 1e-5))
    rows = trace.rows(60, 9)
    assert rows[0] == rows[8] == "\u2800" * 60


def test_a_cleared_trace_forgets() -> None:
    trace = Trace()
    trace.add(wave(np.ones(20_000, np.float32)))
    trace.clear()
    assert not any(inked(trace.rows(20, 4)))
    assert trace.newest_s is None
