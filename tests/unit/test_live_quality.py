"""What is said of a running take's signal, and of the link that brings it."""

import numpy as np
import pytest

from stetho.events import QualityEvent
from stetho.heart.advice import ADVICE
from stetho.heart.assessment import Quality, Reason
from stetho.live_quality import LiveQuality
from stetho.stream import Chunk, Origin, Span, StreamSpec, read_only

RATE_HZ = 2000
HALF = RATE_HZ // 2
START = 3 * RATE_HZ
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)


def live() -> LiveQuality:
    return LiveQuality(SPEC, START, 2, 0.05)


def half(index: int, reason: Reason | None = None) -> Quality:
    span = Span(START + index * HALF, START + (index + 1) * HALF)
    return Quality(span, 0.1 if reason else 0.9, reason is None, () if reason is None else (reason,))


def concealing(index: int, samples: int) -> Chunk:
    start = START + index * HALF
    return Chunk(read_only(np.zeros(HALF)), SPEC, start, 0, (Span(start, start + samples),))


def test_good_seconds_and_the_best_five_are_the_takes(validate) -> None:
    quality = live()
    said = [quality.heard(half(index)) for index in range(12)]
    assert [event.good_s for event in said[:3]] == [0.5, 1.0, 1.5]
    assert [event.best_s for event in said[8:11]] == [None, (0.0, 5.0), (0.0, 5.0)]
    assert {(event.take, event.cause, event.advice) for event in said} == {(2, None, None)}
    validate("live", said[-1].to_json())


def test_a_cause_is_said_with_what_to_do(validate) -> None:
    quality = live()
    said = [quality.heard(half(index, Reason.SPEECH)) for index in range(4)]
    assert [event.cause for event in said] == [None, None, "speech", "speech"]
    assert said[-1].advice == ADVICE[Reason.SPEECH]
    assert said[-1].good_s == 0
    validate("live", said[-1].to_json())


def test_what_disturbs_a_usable_signal_is_no_cause() -> None:
    quality = live()
    for index in range(6):
        one = half(index)
        event = quality.heard(Quality(one.span, one.score, usable=True, disturbance=Reason.RUBBING))
    assert (event.disturbance, event.cause) == ("rubbing", None)


@pytest.mark.parametrize(("concealed", "cause"), [(HALF // 10, "link_loss"), (HALF // 30, None)])
def test_what_is_filled_in_spoils_windows_before_it_spoils_half_a_second(concealed: int, cause: str | None) -> None:
    quality = live()
    for index in range(14):
        quality.chunk(concealing(index, concealed))
        event = quality.heard(half(index))
    assert event.usable
    assert event.cause == cause


def test_what_was_lost_on_the_way_is_said_and_no_quality_of_the_sound() -> None:
    quality = live()
    for index in range(4):
        quality.heard(half(index))
    short = quality.missing(Span(START + 4 * HALF, START + 4 * HALF + RATE_HZ // 10))
    assert (short.usable, short.reasons, short.cause) == (False, ("link_loss",), None)
    long = quality.missing(Span(START + 5 * HALF, START + 5 * HALF + RATE_HZ))
    assert (long.reasons, long.cause, long.good_s) == (("link_loss",), "link_loss", 2.0)


def test_a_link_that_falls_silent_is_said_at_once(validate) -> None:
    quality = live()
    quality.heard(half(0))
    event = quality.silent(START + HALF)
    assert isinstance(event, QualityEvent)
    assert (event.cause, event.usable, event.t_s) == ("link_loss", False, 3.5)
    validate("live", event.to_json())


def test_samples_filled_in_count_for_the_half_second_they_lie_in_however_far_ahead_the_chunks_are() -> None:
    chunks = [concealing(index, 350 if index in (3, 4) else 0) for index in range(20)]
    cut, ahead = live(), live()
    for chunk in chunks:
        ahead.chunk(chunk)
    said = []
    for index, chunk in enumerate(chunks):
        cut.chunk(chunk)
        said.append(cut.heard(half(index)))
    assert [ahead.heard(half(index)) for index in range(20)] == said
    assert {event.cause for event in said} == {None, Reason.LINK_LOSS}
