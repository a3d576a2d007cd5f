"""The chunking law of a running take: what it says of a heart doesn't depend on how the sound was cut, nor on how it waited."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hw_sim.heart import Heart, Wish, scenario
from stetho.events import AverageBeatEvent, BeatEvent, Event, OnsetEvent, QualityEvent, RateEvent, VerdictEvent
from stetho.inference.beats_model import shipped_beats_model
from stetho.inference.models import shipped_model
from stetho.live_take import LiveTake
from stetho.stream import Chunk, Origin, Samples, Span, StreamSpec
from stetho.take import TakeStart

SECONDS = 20
BEGUN_S = 3
WHEN_IT_CAME = {"t_s", "lag_s", "lag_ms", "age_ms", "verdict_id", "supersedes"}
"""What a chunk that comes late does change: how late it came."""
CUTS_MS = st.lists(st.one_of(st.integers(1, 40), st.integers(1, 4000)), min_size=1, max_size=8)
Cut = Callable[..., list[Chunk]]


@cache
def sound(rate_hz: int) -> Samples:
    """A heart, with 3 s of rubbing that begin within a half second, and a loud knock."""
    samples = (Heart(scenario("clear", Wish(seed=7, rate_hz=rate_hz))).read(SECONDS * rate_hz) / 32768).astype(
        np.float32
    )
    draw = np.random.default_rng(1)
    for first_s, seconds in ((6.3, 2.2), (15.1, 1.1)):
        first, count = round(first_s * rate_hz), round(seconds * rate_hz)
        samples[first : first + count] += 0.3 * draw.standard_normal(count).astype(np.float32)
    samples.flags.writeable = False
    return samples


def concealed(rate_hz: int) -> tuple[Span, ...]:
    start = BEGUN_S * rate_hz
    return tuple(Span(start + round(at * rate_hz), start + round((at + 0.06) * rate_hz)) for at in (4.21, 9.47, 9.9))


def said(cut: Cut, rate_hz: int, sizes_ms: Sequence[int], lost_s: tuple[float, float] | None) -> dict[str, list[Any]]:
    """Everything that was said of the take, by kind and in order."""
    start, spec = BEGUN_S * rate_hz, StreamSpec(rate_hz, Origin.SIMULATED)
    take = LiveTake(TakeStart(2, start, None), spec, shipped_model(), lambda _: 0.0, shipped_beats_model())
    found: dict[str, list[Any]] = {}
    sizes = [max(1, ms * rate_hz // 1000) for ms in sizes_ms]
    for chunk in cut(sound(rate_hz), rate_hz, sizes, start, concealed(rate_hz)):
        for part in _without(chunk, lost_s, start):
            for event in take.process(part):
                found.setdefault(type(event).__name__, []).append(_values(event))
    return found


def _without(chunk: Chunk, lost_s: tuple[float, float] | None, start: int) -> Iterator[Chunk]:
    """The chunk less what was lost: a gap lies between two chunks, however they are cut."""
    if lost_s is None:
        yield chunk
        return
    first, last = (start + round(at * chunk.spec.rate_hz) for at in lost_s)
    for part in (chunk.between(0, first), chunk.between(last, chunk.stop)):
        if part is not None:
            yield part


def _values(event: Event) -> dict[str, Any]:
    kept = WHEN_IT_CAME - {"t_s"} if isinstance(event, AverageBeatEvent | QualityEvent | VerdictEvent) else WHEN_IT_CAME
    return {key: value for key, value in event.to_json().items() if key not in kept}


@cache
def _by_chunks(cut: Cut, rate_hz: int, lost_s: tuple[float, float] | None) -> dict[str, list[Any]]:
    return said(cut, rate_hz, [20], lost_s)


@pytest.mark.parametrize(
    ("rate_hz", "lost_s"), [(4000, None), (4000, (10.317, 10.721)), (2000, None)], ids=["4 kHz", "a gap", "2 kHz"]
)
@settings(max_examples=max(1, settings().max_examples // 10))
@example(sizes_ms=[3, 1, 7])
@example(sizes_ms=[4000])
@given(sizes_ms=CUTS_MS)
def test_what_is_said_of_a_take_is_the_same_however_it_was_cut(
    cut: Cut, rate_hz: int, lost_s: tuple[float, float] | None, sizes_ms: list[int]
) -> None:
    expected = _by_chunks(cut, rate_hz, lost_s)
    assert {kind.__name__ for kind in (RateEvent, BeatEvent, OnsetEvent, AverageBeatEvent, QualityEvent)} <= set(
        expected
    )
    assert said(cut, rate_hz, sizes_ms, lost_s) == expected


def test_the_sound_of_this_test_has_what_the_future_could_change(cut: Cut) -> None:
    expected = _by_chunks(cut, 4000, None)
    assert {event["usable"] for event in expected["QualityEvent"]} == {True, False}
    assert {event["heart_rate_bpm"] is None for event in expected["RateEvent"][5:]} == {True, False}
