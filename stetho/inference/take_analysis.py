"""The one path from a take's samples to its verdict: `live`, `analyze` and the exam all run this."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from stetho.dsp.frames import Frames
from stetho.dsp.frontend import FrontEnd
from stetho.heart.beats import Beat, Segment, beats, segments
from stetho.heart.quality import Quality, QualityGate, poor_cause, summarize
from stetho.heart.rate import HeartRate, heart_rate
from stetho.inference.session import MurmurModel
from stetho.inference.states import StateTrack
from stetho.inference.timing import TimingLogits
from stetho.inference.verdict import (
    Doubt,
    Label,
    MurmurVerdict,
    ScoredWindow,
    judge,
    present_log_odds,
    unknown_log_odds,
)
from stetho.inference.windows import Window, Windows
from stetho.stage import GapGate
from stetho.stream import Chunk, Span, StreamSpec

T = TypeVar("T")

LOOK_BACK_S = 10
"""How much of a take the live heart rate looks at."""
TIMING_LOOK_BACK_S = 60
"""By how much of a running take its beats are judged sure enough for a timing: 2 ms of computing, once a second."""
NO_RATE = HeartRate(None, 0.0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakeSummary:
    """What is known of a take: its verdict, heart rate, segments (seconds of the take) and quality."""

    verdict: MurmurVerdict
    rate: HeartRate
    segments: tuple[Segment, ...]
    quality: tuple[Quality, ...]
    concealed_share: float


class Observer(Protocol):
    """Sees what an analysis makes of a take on its way, and changes nothing of it."""

    def frames(self, frames: Frames) -> None:
        """The next frames."""
        ...

    def window(self, window: Window, scored: ScoredWindow) -> None:
        """The next window, scored."""
        ...


class TakeAnalysis:
    """Analyses one take as its samples come: chunks in, quality and scored windows out, a verdict at any time."""

    def __init__(self, model: MurmurModel, spec: StreamSpec, start: int, observer: Observer | None = None) -> None:
        """start: the take's first sample. Raises ConfigError for a stream that can't be analysed."""
        self._model, self._observer = model, observer
        self._spec = spec
        self._start = self._resume_at = start
        self._samples = self._concealed = 0
        self._front_end, self._quality_gate = FrontEnd(), QualityGate()
        self._windows = Windows(model.manifest.window, start)
        for stage in (self._front_end, self._windows, self._quality_gate):
            stage.prepare(spec)
        self._gap = GapGate(start)
        self._qualities: list[Quality] = []
        self._scored: list[ScoredWindow] = []
        self._states = StateTrack(model.manifest.window)
        self._failed = False

    def process(self, chunk: Chunk) -> Iterator[Quality | ScoredWindow]:
        """Takes the next samples of the take. A gap resets the stages; windows go on at the next whole second.

        A fault in here makes the take unknown and is logged; it ends neither the stream nor its recording.
        """
        yield from self._guarded(self._process(chunk))

    def _process(self, chunk: Chunk) -> Iterator[Quality | ScoredWindow]:
        if self._gap.opens_gap(chunk):
            yield from self._flush()
            for stage in (self._front_end, self._windows, self._quality_gate):
                stage.reset("gap")
            rate = self._spec.rate_hz
            self._resume_at = self._start + -(-(chunk.start - self._start) // rate) * rate
        self._samples += len(chunk)
        self._concealed += sum(len(hole) for hole in chunk.concealed)
        yield from self._noted(self._quality_gate.process(chunk))
        aligned = chunk.between(self._resume_at, chunk.stop)
        if aligned is not None:
            yield from self._score(self._front_end.process(aligned))

    def finish(self) -> Iterator[Quality | ScoredWindow]:
        """The take has ended: gives what the stages still held."""
        yield from self._guarded(self._flush())

    def _guarded(self, found: Iterator[T]) -> Iterator[T]:
        if self._failed:
            return
        try:
            yield from found
        except Exception:  # noqa: BLE001 - whatever it is, it must become an unknown and never a number
            _log.exception("The analysis of a take failed; its verdict is unknown")
            self._failed = True

    def _flush(self) -> Iterator[Quality | ScoredWindow]:
        yield from self._noted(self._quality_gate.flush())
        yield from self._score(self._front_end.flush())

    def _noted(self, qualities: Iterable[Quality]) -> Iterator[Quality]:
        for quality in qualities:
            self._qualities.append(quality)
            yield quality

    def _score(self, found: Iterable[Frames]) -> Iterator[ScoredWindow]:
        for frames in found:
            if self._observer is not None:
                self._observer.frames(frames)
            for window in self._windows.process(frames):
                yield self._scored_window(window)

    def _scored_window(self, window: Window) -> ScoredWindow:
        output = self._model.score(window.log_mel)
        scored = ScoredWindow(
            window.index,
            window.span,
            present_log_odds(output.murmur),
            unknown_log_odds(output.murmur),
            window.concealed_share,
            output.embedding_rms,
            poor_cause(self._measured_in(window.span), window.span),
            None if output.timing is None else TimingLogits(*map(float, output.timing)),
        )
        if self._observer is not None:
            self._observer.window(window, scored)
        self._scored.append(scored)
        self._states.add(window.index, output.states)
        return scored

    def _measured_in(self, span: Span) -> list[Quality]:
        """The qualities that end inside `span`: all known by the time its window is, however the samples were cut."""
        measured = []
        for quality in reversed(self._qualities):
            if quality.span.stop <= span.start:
                break
            if quality.span.stop <= span.stop:
                measured.append(quality)
        return measured[::-1]

    def verdict(self) -> MurmurVerdict:
        """The verdict on the take so far. Its beats are only asked for where a timing rests on them."""
        untimed = self._judged(0.0)
        if untimed.timing_reason is None:
            return untimed
        recent = tuple(beats(self._guarded(self._segments(last_s=TIMING_LOOK_BACK_S))))
        return self._judged(self.rate_of(recent).confidence)

    def _judged(self, beat_confidence: float) -> MurmurVerdict:
        if self._failed:
            return MurmurVerdict(Label.UNKNOWN, None, None, Doubt.ANALYSIS_FAILED.value, 0)
        return judge(self._scored, self._model.manifest, beat_confidence)

    def recent_beats(self) -> tuple[Beat, ...]:
        """Beats of the last seconds, in seconds of the take; the newest may still move."""
        return tuple(beats(self._guarded(self._segments(last_s=LOOK_BACK_S))))

    def rate_of(self, recent: Iterable[Beat]) -> HeartRate:
        """The heart rate of `recent` beats; none where the signal can't be used."""
        if self._scored and self._scored[-1].poor:
            return NO_RATE
        return heart_rate(recent)

    def summary(self) -> TakeSummary:
        """Everything that is known of the take."""
        found = tuple(self._guarded(self._segments(last_s=None)))
        share = self._concealed / self._samples if self._samples else 0.0
        rate = heart_rate(beats(found)) if summarize(self._qualities).usable else NO_RATE
        return TakeSummary(self._judged(rate.confidence), rate, found, tuple(self._qualities), share)

    def _segments(self, last_s: int | None) -> Iterator[Segment]:
        window = self._model.manifest.window
        frame_s = window.length_s / window.state_frames
        last = self._scored[-1].index + window.length_s if self._scored else 0
        first = 0 if last_s is None else max(0, last - last_s)
        for run in self._states.runs(round(first / frame_s)):
            yield from segments(run.logits, self._model.manifest.durations, run.start * frame_s)
