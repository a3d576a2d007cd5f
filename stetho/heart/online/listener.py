"""What a running stream says of its heart: onsets, whole beats, and once a second the rate."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stetho.dsp.frames import Frames
from stetho.heart.durations import HeartState
from stetho.heart.online.onset import Onset
from stetho.heart.online.rate import Interval, online_rate
from stetho.heart.online.tracker import LAG_FRAMES, PERIOD_EVERY, BeatsModel, BeatTracker
from stetho.heart.rate import HeartRate
from stetho.heart.variability import Variability, variability
from stetho.stream import StreamSpec

LOOK_BACK_S = 10.0
"""How much of the past the rate is made of."""
SURE = 0.5
"""Confidence of an interval from which on its variation is the heart's and not the decoder's."""


@dataclass(frozen=True, slots=True)
class OnlineBeat:
    """A beat whose S1 and S2 were both decided; positions in source samples.

    interval_s: since the S1 before, None for the first. confidence: of its two onsets, the lesser. known_at: see `Onset`.
    """

    s1_at: float
    s2_at: float
    interval_s: float | None
    confidence: float
    known_at: int


@dataclass(frozen=True, slots=True)
class OnlineRate:
    """The heart rate of the last seconds. newest_at: the newest onset that it rests on, None without any.

    variability: of the S1-S1 intervals that follow one another up to now, where they are sure; not validated.
    """

    rate: HeartRate
    newest_at: float | None
    known_at: int
    variability: Variability | None = None


Heard = Onset | OnlineBeat | OnlineRate


class BeatListener:
    """Stage: log-mel `Frames` to `Onset`, `OnlineBeat` and `OnlineRate`.

    Frames after a gap of more than two hops begin anew by themselves; a smaller one is bridged, and every time stays true.
    """

    def __init__(self, model: BeatsModel, lag_frames: int = LAG_FRAMES) -> None:
        self._tracker = BeatTracker(model, lag_frames)
        self._rate_hz = 1
        self._intervals: deque[Interval] = deque()
        self._last: dict[HeartState, Onset] = {}
        self._interval_s: float | None = None

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Raises ConfigError for a stream slower than the front end."""
        self._rate_hz = spec.rate_hz
        return self._tracker.prepare(spec)

    def process(self, item: Frames) -> Iterable[Heard]:
        """Gives what these frames made known."""
        if not self._tracker.bridges(item):
            self.reset("gap")
        for piece in _seconds(item, self._tracker.frames):
            for onset in self._tracker.process(piece):
                yield from self._heard(onset)
            if self._tracker.frames % PERIOD_EVERY == 0:
                yield self._rate(self._tracker.heard_to)

    def flush(self) -> Iterable[Heard]:
        """The stream has ended: what was not decided is said with no confidence."""
        for onset in self._tracker.flush():
            yield from self._heard(onset)

    def reset(self, reason: str) -> None:
        """Forgets the heart."""
        self._tracker.reset(reason)
        self._intervals.clear()
        self._last.clear()
        self._interval_s = None

    def _heard(self, onset: Onset) -> Iterator[Heard]:
        yield onset
        if onset.state not in (HeartState.S1, HeartState.S2):
            return
        before = self._last.get(onset.state)
        self._last[onset.state] = onset
        interval_s = None
        if before is not None:
            interval_s = (onset.at - before.at) / self._rate_hz
            confidence = min(before.confidence, onset.confidence)
            self._intervals.append(Interval(onset.state, onset.at, interval_s, confidence))
        if onset.state is HeartState.S1:
            self._interval_s = interval_s
        elif (s1 := self._last.get(HeartState.S1)) is not None:
            confidence = min(s1.confidence, onset.confidence)
            yield OnlineBeat(s1.at, onset.at, self._interval_s, confidence, onset.known_at)

    def _rate(self, known_at: int) -> OnlineRate:
        while self._intervals and self._intervals[0].ends_at < known_at - LOOK_BACK_S * self._rate_hz:
            self._intervals.popleft()
        newest_at = self._intervals[-1].ends_at if self._intervals else None
        rate = online_rate(self._intervals, self._tracker.period)
        return OnlineRate(rate, newest_at, known_at, variability(self._sure_intervals_s()))

    def _sure_intervals_s(self) -> list[float]:
        """The newest S1-S1 intervals, back to the first that isn't sure."""
        found: list[float] = []
        for interval in reversed(self._intervals):
            if interval.state is HeartState.S1:
                if interval.confidence < SURE:
                    break
                found.append(interval.length_s)
        return found[::-1]


def _seconds(item: Frames, heard: int) -> Iterator[Frames]:
    """The same frames, cut where a second of the stream is full, so that its rate comes then however they came."""
    done = 0
    while done < len(item):
        take = min(len(item) - done, PERIOD_EVERY - (heard + done) % PERIOD_EVERY)
        yield Frames(item.log_mel[:, done : done + take], item.start + round(done * item.hop), item.hop)
        done += take
