"""One take while it runs: provisional verdicts, beats and rate as they become known, and the one final verdict."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from stetho.analysis import RecordingResult, analyze_chunks, applicability
from stetho.dsp.frames import Frames
from stetho.events import BeatEvent, Event, OnsetEvent, QualityEvent, RateEvent, VerdictEvent
from stetho.heart.beats import Beat
from stetho.heart.durations import HeartState
from stetho.heart.online.listener import BeatListener, Heard, OnlineBeat, OnlineRate
from stetho.heart.online.onset import Onset
from stetho.heart.online.tracker import BeatsModel
from stetho.heart.quality import Quality
from stetho.heart.variability import SteadyWords
from stetho.inference.session import MurmurModel
from stetho.inference.take_analysis import NO_RATE, TakeAnalysis
from stetho.inference.verdict import MurmurVerdict, ScoredWindow
from stetho.inference.windows import Window
from stetho.live_beat import LiveBeat, final_average_beat
from stetho.live_quality import LiveQuality
from stetho.notice import notice_for
from stetho.spool import TakeSpool
from stetho.stream import Chunk, Span, StreamSpec
from stetho.take import TakeStart

SETTLED_S = 1.5
"""Without an online decoder, a beat is said once the window that saw it reaches this much past its S1: later windows
hardly move it then."""
JUDGED_HALVES = 6
"""No rate is said where most of the last half seconds can't be used."""


def new_verdict_id() -> str:
    return uuid4().hex


class _Frames:
    """Keeps the frames that the analysis makes on its way, for the online decoder."""

    def __init__(self) -> None:
        self.waiting: list[Frames] = []

    def frames(self, frames: Frames) -> None:
        self.waiting.append(frames)

    def window(self, window: Window, scored: ScoredWindow) -> None:
        pass


@dataclass(slots=True)
class LiveTake:
    """A running take. Times in its events are seconds of the stream; `age_ms` turns a capture time into an age.

    beats: the model of the online decoder; without one, beats and rate come from the windows, once a second.
    """

    begun: TakeStart
    spec: StreamSpec
    model: MurmurModel
    age_ms: Callable[[int], float]
    beats: BeatsModel | None = None
    analysis: TakeAnalysis = field(init=False)
    _listener: BeatListener | None = None
    _quality: LiveQuality = field(init=False)
    _beat: LiveBeat = field(init=False)
    _words: SteadyWords = field(default_factory=SteadyWords)
    _frames: _Frames = field(default_factory=_Frames)
    _halves: deque[Quality] = field(default_factory=lambda: deque(maxlen=2 * JUDGED_HALVES))
    _verdict_id: str | None = None
    _last_s1_s: float = -1.0
    _newest_ns: int = 0
    _stop: int = 0

    def __post_init__(self) -> None:
        observer = None if self.beats is None else self._frames
        self.analysis = TakeAnalysis(self.model, self.spec, self.begun.start, observer)
        begun, most_lost = self.begun, self.model.manifest.window.maximum_concealed_share
        self._quality = LiveQuality(self.spec, begun.start, begun.number, most_lost)
        self._beat = LiveBeat(self.spec, begun.start, begun.number)
        self._stop = begun.start
        if self.beats is not None:
            self._listener = BeatListener(self.beats)
            self._listener.prepare(self.spec)

    def process(self, chunk: Chunk) -> Iterator[Event]:
        """The next samples of the take."""
        self._newest_ns = chunk.t0_ns + len(chunk) * 1_000_000_000 // self.spec.rate_hz
        if chunk.start > self._stop:
            yield self._quality.missing(Span(self._stop, chunk.start))
        self._stop = chunk.stop
        for part in self._parts(chunk):
            yield from self._part(part, chunk.stop)

    def _parts(self, chunk: Chunk) -> Iterator[Chunk]:
        """The chunk, cut half a frame before each whole second of the take.

        Chunks that waited come joined. So no rate hears of a window that ends after it: the frame that fills a window comes
        in the part that begins with its edge, or 10 ms before it (at 2 kHz, where none is late).
        """
        rate_hz, start, stop = self.spec.rate_hz, chunk.start, chunk.stop
        first = self.begun.start - rate_hz // 100
        while start < stop:
            edge = first + ((start - first) // rate_hz + 1) * rate_hz
            if (part := chunk.between(start, edge)) is not None:
                yield part
            start = edge

    def _part(self, part: Chunk, now: int) -> Iterator[Event]:
        self._quality.chunk(part)
        for found in self.analysis.process(part):
            yield from self._said(found)
        if self._listener is not None:
            waiting, self._frames.waiting = self._frames.waiting, []
            for frames in waiting:
                self._beat.frames(frames)
                for heard in self._listener.process(frames):
                    yield from self._heard(heard, now)

    def silent(self, at: int) -> QualityEvent:
        """The link says that nothing comes any more, from stream index `at` on."""
        return self._quality.silent(at)

    def _heard(self, heard: Heard, now: int) -> Iterator[Event]:
        """What the online decoder said; `now`: the source sample up to which the stream has come."""
        now_s = self.spec.seconds(now)
        if isinstance(heard, Onset):
            self._beat.onset(heard)
        match heard:
            case Onset(at=at, state=HeartState.S1 | HeartState.S2):
                yield OnsetEvent(now_s, heard.state.value, self._s(at), heard.confidence, self._lag_ms(at, now))
            case OnlineBeat(s1_at=s1_at, s2_at=s2_at):
                lag_ms = self._lag_ms(s2_at, now)
                lag_s = self._lag_ms(s1_at, now) / 1e3
                yield BeatEvent(
                    now_s, self._s(s1_at), self._s(s2_at), lag_s, heard.interval_s, heard.confidence, lag_ms
                )
            case OnlineRate(newest_at=newest_at):
                lag_ms_or_none = None if newest_at is None else self._lag_ms(newest_at, now)
                rate = heard.rate if self._usable_at(heard.known_at) else NO_RATE
                found = None if rate is NO_RATE else heard.variability
                varies, words = None if found is None else found.to_json(), self._words.hear(found)
                yield RateEvent(now_s, rate.heart_rate_bpm, rate.confidence, lag_ms_or_none, varies, words)
                if (average := self._beat.rate(rate, heard.known_at, self._windows_confidence)) is not None:
                    yield average

    def _usable_at(self, known_at: int) -> bool:
        """Whether no more than half of the last half seconds were poor, of those that end by then: others may be known."""
        usable = [half.usable for half in self._halves if half.span.stop <= known_at][-JUDGED_HALVES:]
        return 2 * sum(usable) >= len(usable)

    def _windows_confidence(self) -> float:
        return self.analysis.rate_of(self.analysis.recent_beats()).confidence

    def _s(self, at: float) -> float:
        return max(0.0, at / self.spec.rate_hz)

    def _lag_ms(self, at: float, now: int) -> float:
        """From a source sample to the newest one, and how old that one is."""
        return 1e3 * (now - at) / self.spec.rate_hz + self.age_ms(self._newest_ns)

    def _said(self, found: Quality | ScoredWindow) -> Iterator[Event]:
        now_s = self.spec.seconds(found.span.stop)
        if isinstance(found, Quality):
            self._halves.append(found)
            self._beat.quality(found)
            yield self._quality.heard(found)
            return
        if self._listener is None:
            recent = self.analysis.recent_beats()
            yield from self._settled(recent, now_s)
            rate = self.analysis.rate_of(recent)
            yield RateEvent(now_s, rate.heart_rate_bpm, rate.confidence)
        yield self._verdict(now_s, self.analysis.verdict())

    def _settled(self, recent: Iterable[Beat], now_s: float) -> Iterator[BeatEvent]:
        begun_s = self.spec.seconds(self.begun.start)
        for beat in recent:
            s1_s = begun_s + beat.s1_s
            # A beat that moves a little between two windows is the same beat: none follows within 200 ms (300 bpm).
            if s1_s > self._last_s1_s + 0.2 and s1_s <= now_s - SETTLED_S:
                self._last_s1_s = s1_s
                s2_s = None if beat.s2_s is None else begun_s + beat.s2_s
                yield BeatEvent(now_s, s1_s, s2_s, now_s - s1_s)

    def finish(self, span: Span, saved: TakeSpool) -> Iterator[Event]:
        """The take has ended: its final verdict is made of the saved samples, exactly as `analyze` makes it."""
        name = f"take {self.begun.number}"
        result = analyze_chunks(name, self.spec, saved.read(span), self.model, evidence=True)
        stop_s, varies = self.spec.seconds(span.stop), result.variability
        words = None if varies is None else varies.words
        figures = None if varies is None else varies.to_json()
        yield RateEvent(stop_s, result.rate.heart_rate_bpm, result.rate.confidence, None, figures, words)
        if result.evidence is not None:
            yield final_average_beat(stop_s, self.begun.number, result.evidence, self.spec)
        yield self._verdict(stop_s, result.murmur, of=result)

    def _verdict(self, t_s: float, verdict: MurmurVerdict, of: RecordingResult | None = None) -> VerdictEvent:
        """of: the result that a final one is part of."""
        provenance = None if of is None else of.provenance
        superseded, self._verdict_id = self._verdict_id, new_verdict_id()
        return VerdictEvent(
            t_s=t_s,
            take=self.begun.number,
            verdict_id=self._verdict_id,
            supersedes=superseded,
            provisional=of is None,
            final=of is not None,
            age_ms=self.age_ms(self._newest_ns),
            murmur=verdict.to_json(self.spec.rate_hz, self.begun.start),
            applicability=applicability(self.spec, self.model),
            origin=self.spec.origin.value,
            notice=notice_for(verdict.label),
            provenance=None if provenance is None else provenance.to_json(),
            quality=None if of is None else of.quality_json(),
        )
