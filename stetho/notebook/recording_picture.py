"""The whole recording and five seconds of it: the trace, S1 and S2, what is missing, and the signal's quality."""

from collections.abc import Iterator

import numpy as np

from stetho.cli.wording import UNCERTAIN_BELOW, reason_words
from stetho.heart.beats import Beat
from stetho.heart.quality import QualitySummary, summarize
from stetho.notebook.recording import RecordingAnalysis
from stetho.notebook.svg import FAINT, INK, MISSING, POOR, S1, S2, area, box, line, picture, text
from stetho.stream import Samples

WIDTH, LEFT = 760.0, 8.0
TRACE, STRIP = 70.0, 10.0
CLOSE_S = 5.0
MOST_CELLS = 180
MARKED_APART = 3.0
"""Where marks would lie closer than this many pixels, the whole recording is drawn without them."""


def whole_picture(shown: RecordingAnalysis) -> str:
    """All of it, with its quality below, half a second after the other."""
    axis = _Axis(0.0, shown.duration_s)
    parts = [text(LEFT, 12, f"whole recording, {shown.duration_s:.1f} s; 25-400 Hz", FAINT)]
    window = shown.murmur.to_json(shown.spec.rate_hz, shown.start)["evidence_s"]
    if window is not None:
        parts.append(box(axis.x(window[0]), 18, axis.x(window[1]) - axis.x(window[0]), TRACE, FAINT, 0.12))
    parts += _trace(shown, axis, 18.0)
    if len(_told_beats(shown)) * 2 * MARKED_APART < WIDTH:
        parts += _marks(shown, axis, 18.0, named=False)
    parts += _quality(shown, axis, 18.0 + TRACE + 4)
    parts.append(text(LEFT, 18 + TRACE + STRIP + 18, _quality_key(shown), FAINT))
    return picture(WIDTH, 18 + TRACE + STRIP + 24, f"sound and quality of {shown.recording}", parts)


def close_picture(shown: RecordingAnalysis) -> str:
    """The five seconds that count most, S1 and S2 marked; the first where none counts more."""
    rate_hz = shown.spec.rate_hz
    evidence = shown.murmur.evidence
    start_s = 0.0 if evidence is None else (evidence.start - shown.start) / rate_hz
    axis = _Axis(start_s, min(start_s + CLOSE_S, shown.duration_s))
    parts = [text(LEFT, 12, f"{axis.start_s:.1f}-{axis.stop_s:.1f} s; {_beats_said(shown)}", FAINT)]
    parts += _trace(shown, axis, 30.0)
    parts += _marks(shown, axis, 30.0, named=True)
    return picture(WIDTH, 30 + TRACE + 4, "five seconds with S1 and S2", parts)


def _told_beats(shown: RecordingAnalysis) -> tuple[Beat, ...]:
    """None where no heart rate is told either: the decoder finds a rhythm in anything, in silence too."""
    return () if shown.heart_rate_bpm is None else shown.beats


def _beats_said(shown: RecordingAnalysis) -> str:
    if not _told_beats(shown):
        return "no beats can be told"
    return "S1 and S2 as they were found" + (", uncertain" if shown.rate.confidence < UNCERTAIN_BELOW else "")


class _Axis:
    """Seconds to pixels."""

    def __init__(self, start_s: float, stop_s: float) -> None:
        self.start_s, self.stop_s = start_s, stop_s
        self._scale = (WIDTH - 2 * LEFT) / max(stop_s - start_s, 1e-3)

    def x(self, time_s: float) -> float:
        return LEFT + (min(max(time_s, self.start_s), self.stop_s) - self.start_s) * self._scale

    def shows(self, time_s: float) -> bool:
        return self.start_s <= time_s <= self.stop_s


def _trace(shown: RecordingAnalysis, axis: _Axis, top: float) -> Iterator[str]:
    """The band-passed sound: lowest and highest sample of each pixel. What was lost is a grey field, not a quiet heart."""
    rate_hz = shown.spec.rate_hz
    samples = shown.filtered()
    first, stop = round(axis.start_s * rate_hz), min(round(axis.stop_s * rate_hz), samples.size)
    loudest = float(np.percentile(np.abs(samples), 99.9)) or 1.0
    low, high = _outline(samples[first:stop] / loudest, int(WIDTH - 2 * LEFT))
    middle, half = top + TRACE / 2, TRACE / 2
    xs = (LEFT + (np.arange(low.size) + 0.5) * (WIDTH - 2 * LEFT) / max(low.size, 1)).tolist()
    yield line(LEFT, middle, WIDTH - LEFT, middle, MISSING)
    yield area(xs, (middle - half * low + 0.3).tolist(), (middle - half * high - 0.3).tolist(), INK)
    for name, spans in (("filled in", shown.concealed), ("lost", shown.gaps)):
        for span in spans:
            x, end = axis.x(span.start / rate_hz), axis.x(span.stop / rate_hz)
            if end > x:
                yield box(x, top, end - x, TRACE, MISSING, 1.0 if name == "lost" else 0.7, f"{name} on the way")


def _outline(samples: Samples, columns: int) -> tuple[Samples, Samples]:
    """Lowest and highest sample in each of at most `columns` equal parts, held within the picture."""
    if not samples.size:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    starts = np.unique(np.arange(columns) * samples.size // columns)
    held = np.clip(samples, -1.0, 1.0)
    return np.minimum.reduceat(held, starts), np.maximum.reduceat(held, starts)


def _marks(shown: RecordingAnalysis, axis: _Axis, top: float, *, named: bool) -> Iterator[str]:
    for beat in _told_beats(shown):
        for name, time_s, colour in (("S1", beat.s1_s, S1), ("S2", beat.s2_s, S2)):
            if time_s is not None and axis.shows(time_s):
                yield line(axis.x(time_s), top, axis.x(time_s), top + TRACE, colour)
                if named:
                    yield text(axis.x(time_s), top - 3, name, colour, "middle")


def _quality(shown: RecordingAnalysis, axis: _Axis, top: float) -> Iterator[str]:
    """Half seconds, or several together: high and blue where the signal is good, low and wine-red where it is not usable."""
    yield box(LEFT, top, WIDTH - 2 * LEFT, STRIP, MISSING, 0.35)
    together = -(-len(shown.quality_track) // MOST_CELLS) or 1
    for first in range(0, len(shown.quality_track), together):
        cell = shown.quality_track[first : first + together]
        start, stop = (shown.spec.seconds(edge - shown.start) for edge in (cell[0].span.start, cell[-1].span.stop))
        found = summarize(cell)
        height = STRIP * max(0.15, found.score if found.usable else 0.3)
        told = f"{start:.1f} s: quality {found.score:.2f}, {_causes(found) or 'usable'}"
        colour, wide = (S1 if found.usable else POOR), axis.x(stop) - axis.x(start) - 0.5
        yield box(axis.x(start), top + STRIP - height, wide, height, colour, 0.85, told)


def _causes(quality: QualitySummary) -> str:
    return ", ".join(reason_words(reason) for reason in quality.reasons)


def _quality_key(shown: RecordingAnalysis) -> str:
    poor = sum(not quality.usable for quality in shown.quality_track)
    words = f"quality: {len(shown.quality_track) - poor} of {len(shown.quality_track)} half seconds usable (blue)"
    words += f", {poor} not (wine-red)" if poor else ""
    causes = _causes(shown.quality)
    return f"{words}; mostly: {causes}" if causes else words
