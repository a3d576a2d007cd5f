"""The average beat of a running take: of what is sure, and with a memory that does not grow."""

import json
import pickle
from itertools import pairwise

import numpy as np
import pytest

from stetho.dsp.frames import Frames
from stetho.events import AverageBeatEvent
from stetho.heart.assessment import Quality, Reason
from stetho.heart.durations import STATES
from stetho.heart.online.onset import Onset
from stetho.heart.rate import HeartRate
from stetho.live_beat import RECENT_BEATS, LiveBeat
from stetho.stream import Origin, Span, StreamSpec

RATE_HZ, HOP, START = 2000, 40, 6000
SPEC = StreamSpec(RATE_HZ, Origin.SIMULATED)
OFFSETS_S = (0.0, 0.1, 0.3, 0.4)
BEAT_S = 0.8
SURE, UNSURE = 0.9, 0.8


class Take:
    """A heart of 75 a minute that is heard a second late, second by second."""

    def __init__(self, concealed: tuple[Span, ...] = ()) -> None:
        self._concealed = concealed
        self.beat = LiveBeat(SPEC, START, 3)
        self.second = 0
        self._frames_to = self._onset = 0

    def ahead(self, seconds: int) -> None:
        """Frames of the next seconds that come before what is said of them."""
        for second in range(self._frames_to, self._frames_to + seconds):
            mel = np.random.default_rng(second).normal(-9.0, 0.3, (40, 50)).astype(np.float32)
            for first in range(0, 50, 10):
                at = START + second * RATE_HZ + first * HOP
                self.beat.frames(Frames(mel[:, first : first + 10], at, HOP, self._concealed))
                self._concealed = ()
        self._frames_to += seconds

    def hear(self, seconds: int, online: float = SURE, windows: float = SURE) -> list[AverageBeatEvent]:
        return [event for _ in range(seconds) if (event := self._next(online, windows)) is not None]

    def _next(self, online: float, windows: float) -> AverageBeatEvent | None:
        if self._frames_to <= self.second:
            self._frames_to = self.second
            self.ahead(1)
        self.second += 1
        while (at_s := self._onset // 4 * BEAT_S + OFFSETS_S[self._onset % 4]) < self.second - 1:
            place = START + at_s * RATE_HZ
            self.beat.onset(Onset(place, STATES[self._onset % 4], round(place) + RATE_HZ, 0.9))
            self._onset += 1
        return self.beat.rate(HeartRate(75.0, online), START + self.second * RATE_HZ, lambda: windows)


def test_it_comes_every_other_second_of_all_beats_of_the_sure_seconds(validate) -> None:
    events = Take().hear(12)
    assert {later.t_s - earlier.t_s for earlier, later in pairwise(events)} == {2.0}
    assert events[0].t_s <= START / RATE_HZ + 6
    assert events[-1].beats["used"] >= 11
    assert (events[-1].take, events[-1].final) == (3, False)
    validate("live", events[-1].to_json())


def test_beats_that_were_heard_before_the_rate_was_sure_count_once_it_is() -> None:
    take = Take()
    assert take.hear(7, online=UNSURE) == []
    (event,) = take.hear(1)
    assert event.beats["used"] >= 6


def test_what_was_heard_long_before_the_rate_was_sure_does_not() -> None:
    take = Take()
    take.hear(30, online=UNSURE)
    (event,) = take.hear(1)
    assert event.beats["used"] <= 12


def test_it_is_sure_where_the_windows_confirm_it_and_does_not_come_and_go() -> None:
    take = Take()
    assert [event.sure for event in take.hear(12)][:3] == [False, True, True]
    assert not any(event.sure for event in take.hear(4, windows=UNSURE))
    again = [event.sure for event in take.hear(10)]
    assert again == [False, False, True, True, True]
    assert {event.confidence for event in take.hear(2, windows=UNSURE)} == {UNSURE}


def test_no_beat_over_poor_or_filled_in_signal_counts() -> None:
    take = Take()
    take.beat.quality(Quality(Span(START, START + 3 * RATE_HZ), 0.1, usable=False, reasons=(Reason.RUBBING,)))
    (*_, event) = take.hear(10)
    assert event.beats["used"] == 7  # of eleven
    concealed = Take(concealed=(Span(START, START + 3 * RATE_HZ),))
    assert concealed.hear(10)[-1].beats["used"] == 7


def test_frames_that_come_long_before_their_beats_change_nothing() -> None:
    take, late = Take(), Take()
    late.ahead(60)
    events = [event.to_json() for event in take.hear(24)]
    assert [event.to_json() for event in late.hear(24)] == events != []


def test_hours_of_stream_take_no_more_memory_than_minutes() -> None:
    take = Take()
    take.hear(80)
    early = len(pickle.dumps(take.beat))
    event = take.hear(100)[-1]
    assert len(pickle.dumps(take.beat)) < early + 2000
    assert event.beats["used"] == RECENT_BEATS
    assert len(json.dumps(event.to_json())) < 10_000


@pytest.mark.parametrize("missing_s", [3, 40])
def test_beats_across_a_gap_have_no_part(missing_s: int) -> None:
    take = Take()
    take.hear(8)
    for onset in range(take._onset, take._onset + 4 * missing_s):  # said of nothing that was heard
        place = START + (onset // 4 * BEAT_S + OFFSETS_S[onset % 4]) * RATE_HZ
        take.beat.onset(Onset(place, STATES[onset % 4], round(place), 0.9))
    take._onset += 4 * missing_s
    take.second += round(missing_s * BEAT_S) + 1
    event = take.hear(4)[-1]
    assert event.average_beat is not None
    assert np.isfinite(event.average_beat["mean_db"]).all()
