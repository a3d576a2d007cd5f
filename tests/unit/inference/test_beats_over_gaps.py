"""The beats model over streams with gaps, from samples to onsets: every time stays true, and beats are found between gaps."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.heart import Heart, Wish, scenario
from stetho.dsp.frontend import FrontEnd
from stetho.heart.durations import HeartState
from stetho.heart.online.listener import BeatListener, Heard, OnlineRate
from stetho.heart.online.onset import Onset
from stetho.inference.beats_model import shipped_beats_model
from stetho.stage import run
from stetho.stream import Chunk, Origin, StreamSpec, read_only

RATE_HZ = 4000
SECONDS = 30
HOP_MS = 20.0
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)
PAGE = Path(__file__).parents[3] / "docs" / "beats.md"


@pytest.fixture(scope="module")
def heart() -> tuple[np.ndarray, np.ndarray]:
    """Its sound, and where its S1 truly begin."""
    made = Heart(scenario("clear", Wish(seed=3, rate_hz=RATE_HZ, rate_bpm=72)))
    samples = (made.read(SECONDS * RATE_HZ) / np.float32(32768)).astype(np.float32)
    return samples, np.array([beat.s1 for beat in made.beats(SECONDS * RATE_HZ)])


def chunk(samples: np.ndarray, start: int, stop: int, spec: StreamSpec = SPEC) -> Chunk:
    return Chunk(read_only(samples[start:stop]), spec, start, 0)


def heard(chunks: list[Chunk], spec: StreamSpec = SPEC) -> list[Heard]:
    front_end, listener = FrontEnd(), BeatListener(shipped_beats_model())
    listener.prepare(front_end.prepare(spec))
    said = [one for frames in run(front_end, chunks) for one in listener.process(frames)]
    return [*said, *listener.flush()]


def s1_at(said: list[Heard]) -> np.ndarray:
    return np.array([one.at for one in said if isinstance(one, Onset) and one.state is HeartState.S1])


def s1_errors_ms(said: list[Heard], true_at: np.ndarray) -> np.ndarray:
    """Of each S1 that was said, how late it is against the nearest true one."""
    at = s1_at(said)
    return (at - true_at[np.abs(at[:, None] - true_at).argmin(axis=1)]) * 1e3 / RATE_HZ


@pytest.mark.parametrize(
    ("kept", "gap"), [(4000, 1), (4000, 20), (4000, 30), (4000, 40), (3999, 1), (3977, 20), (4079, 80)]
)
def test_small_gaps_every_second_move_no_onset_and_lose_no_beat(heart, kept: int, gap: int) -> None:
    samples, true_at = heart
    whole = s1_errors_ms(heard([chunk(samples, 0, len(samples))]), true_at)
    begins = np.arange(0, len(samples), kept + gap)
    said = heard([chunk(samples, start, start + kept) for start in begins])
    errors = s1_errors_ms(said, true_at)
    assert abs(len(errors) - len(whole)) <= 1
    moved = np.abs(errors - np.median(whole))
    by_gap = np.abs(s1_at(said)[:, None] - begins).min(axis=1) < 0.1 * RATE_HZ
    assert moved[~by_gap].max() < HOP_MS
    assert moved.max() < 2 * HOP_MS  # the sound itself lacks a piece of its edge there
    assert np.median(errors[-8:]) == pytest.approx(np.median(whole[-8:]), abs=5.0)
    rates = [one.rate for one in said if isinstance(one, OnlineRate)]
    assert rates[-1].heart_rate_bpm == pytest.approx(72, rel=0.03)


def test_the_listing_of_the_page_begins_anew_after_a_hole(heart) -> None:
    samples, true_at = heart
    cut = [chunk(samples, at, at + 1000) for at in range(0, len(samples), 1000) if not 12 <= at / RATE_HZ < 17]
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    said: list[Heard] = []
    exec(found[1], {"spec": SPEC, "chunks": cut, "print": said.append})  # the page's own listing
    at_s = np.array([one.at for one in said if isinstance(one, Onset)]) / RATE_HZ
    assert not np.any((at_s > 12.05) & (at_s < 16.95))
    assert 28.5 < at_s.max() < SECONDS
    late = [one for one in said if isinstance(one, Onset) and one.at > 18 * RATE_HZ]
    assert np.abs(s1_errors_ms(late, true_at)).max() < 40.0
    assert any(isinstance(one, OnlineRate) and one.known_at > 29 * RATE_HZ for one in said)


@pytest.mark.parametrize("rate_hz", [4000, 11025])
@settings(max_examples=12, deadline=None)
@given(cuts=st.lists(st.integers(1, 8 * RATE_HZ), max_size=8))
def test_from_samples_to_onsets_every_cut_says_the_same(heart, rate_hz: int, cuts: list[int]) -> None:
    """To the last bit, over a small gap that is bridged and a hole that is not."""
    spec, samples = StreamSpec(rate_hz, Origin.SIMULATED), heart[0][: 8 * RATE_HZ]
    stretches = [(0, 9990), (10_010, 18_000), (20_000, len(samples))]
    whole = [chunk(samples, start, stop, spec) for start, stop in stretches]
    pieces = [
        chunk(samples, a, b, spec)
        for start, stop in stretches
        for a, b in pairwise(sorted({start, stop, *(cut for cut in cuts if start < cut < stop)}))
    ]
    assert heard(pieces, spec) == heard(whole, spec)
