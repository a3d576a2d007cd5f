"""One take while it runs: provisional verdicts, beats and rate as they become known, and the one final verdict."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from stetho.analysis import analyze_chunks, applicability
from stetho.events import BeatEvent, Event, QualityEvent, RateEvent, VerdictEvent
from stetho.heart.beats import Beat
from stetho.heart.quality import Quality
from stetho.inference.session import MurmurModel
from stetho.inference.take_analysis import TakeAnalysis
from stetho.inference.verdict import MurmurVerdict, ScoredWindow
from stetho.notice import notice_for
from stetho.provenance.record import Provenance
from stetho.spool import TakeSpool
from stetho.stream import Chunk, Span, StreamSpec
from stetho.take import TakeStart

SETTLED_S = 1.5
"""A beat is said once the window that saw it reaches this much past its S1: later windows hardly move it then."""


def new_verdict_id() -> str:
    return uuid4().hex


@dataclass(slots=True)
class LiveTake:
    """A running take. Times in its events are seconds of the stream; `age_ms` turns a capture time into an age."""

    begun: TakeStart
    spec: StreamSpec
    model: MurmurModel
    age_ms: Callable[[int], float]
    analysis: TakeAnalysis = field(init=False)
    _verdict_id: str | None = None
    _last_s1_s: float = -1.0
    _good_s: float = 0.0
    _newest_ns: int = 0

    def __post_init__(self) -> None:
        self.analysis = TakeAnalysis(self.model, self.spec, self.begun.start)

    def process(self, chunk: Chunk) -> Iterator[Event]:
        """The next samples of the take."""
        self._newest_ns = chunk.t0_ns + len(chunk) * 1_000_000_000 // self.spec.rate_hz
        for found in self.analysis.process(chunk):
            yield from self._said(found)

    def _said(self, found: Quality | ScoredWindow) -> Iterator[Event]:
        now_s = self.spec.seconds(found.span.stop)
        if isinstance(found, Quality):
            self._good_s += self.spec.seconds(len(found.span)) if found.usable else 0.0
            yield QualityEvent(now_s, found.usable, found.score, tuple(found.reasons), self._good_s)
            return
        recent = self.analysis.recent_beats()
        yield from self._settled(recent, now_s)
        rate = self.analysis.rate_of(recent)
        yield RateEvent(now_s, rate.heart_rate_bpm, rate.confidence)
        yield self._verdict(now_s, self.analysis.verdict(), final=False)

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
        result = analyze_chunks(f"take {self.begun.number}", self.spec, saved.read(span), self.model)
        stop_s = self.spec.seconds(span.stop)
        yield RateEvent(stop_s, result.rate.heart_rate_bpm, result.rate.confidence)
        yield self._verdict(stop_s, result.murmur, final=True, provenance=result.provenance)

    def _verdict(
        self, t_s: float, verdict: MurmurVerdict, *, final: bool, provenance: Provenance | None = None
    ) -> VerdictEvent:
        superseded, self._verdict_id = self._verdict_id, new_verdict_id()
        return VerdictEvent(
            t_s=t_s,
            take=self.begun.number,
            verdict_id=self._verdict_id,
            supersedes=superseded,
            provisional=not final,
            final=final,
            age_ms=self.age_ms(self._newest_ns),
            murmur=verdict.to_json(self.spec.rate_hz, self.begun.start),
            applicability=applicability(self.spec, self.model),
            origin=self.spec.origin.value,
            notice=notice_for(verdict.label),
            provenance=None if provenance is None else provenance.to_json(),
        )
