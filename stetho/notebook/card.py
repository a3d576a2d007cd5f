"""A result as a notebook shows it: the verdict in the words of every screen, then the pictures. One piece of HTML."""

from collections.abc import Iterator

from stetho.cli.evidence_text import evidence_lines
from stetho.cli.wording import INVESTIGATIONAL, caution_words, rate_words, reason_words, verdict_words
from stetho.inference.verdict import Label
from stetho.notebook.beat_picture import beat_picture
from stetho.notebook.recording import RecordingAnalysis
from stetho.notebook.recording_picture import close_picture, whole_picture
from stetho.notebook.svg import POOR, words
from stetho.stream import Origin

_STYLE = (
    "background:#fff;color:#1f2a37;border:1px solid #d1d5db;border-radius:6px;padding:12px 16px;max-width:800px;"
    "font:13px/1.5 system-ui,sans-serif"
)


def card(shown: RecordingAnalysis) -> str:
    """The whole of it: no script, nothing loaded, every word of the recording's escaped."""
    return f'<div style="{_STYLE}">{"".join(_parts(shown))}</div>'


def _parts(shown: RecordingAnalysis) -> Iterator[str]:
    yield f"<div><bdi>{words(shown.recording)}</bdi>, {shown.duration_s:.1f} s{_mark(shown)}</div>"
    yield f'<div style="font-size:17px;font-weight:600">{words(_verdict(shown))}</div>'
    yield f"<div>{words(_rate(shown))}; quality {shown.quality.score:.2f}{words(_causes(shown))}</div>"
    for line in evidence_lines(shown):
        yield f"<div>{words(line)}</div>"
    yield f"<div>caution: {words(caution_words(shown.applicability))}</div>"
    yield whole_picture(shown)
    yield close_picture(shown)
    if shown.average_beat is not None:
        yield beat_picture(shown.average_beat)
    model = f"model {shown.model.name} {shown.model.version}, {shown.model.sha256[:12]}"
    yield f'<div style="color:#6b7280">{words(model)}</div><div><strong>{words(INVESTIGATIONAL)}</strong></div>'


def _mark(shown: RecordingAnalysis) -> str:
    """What can't be overlooked: that it is of no patient."""
    if shown.spec.origin is not Origin.SIMULATED:
        return ""
    return f' <strong style="color:#fff;background:{POOR};padding:0 6px">SIMULATED</strong>'


def _verdict(shown: RecordingAnalysis) -> str:
    """The verdict with its probability; where it is unknown none is said: a number would be taken for a verdict."""
    murmur = shown.murmur.to_json(shown.spec.rate_hz, shown.start)
    said = verdict_words(murmur)
    return said if shown.label is Label.UNKNOWN else f"{said} (probability {murmur['probability']:.2f})"


def _rate(shown: RecordingAnalysis) -> str:
    bpm = shown.rate.heart_rate_bpm
    if bpm is None:
        return "heart rate not found"
    return f"heart rate {rate_words(bpm, shown.rate.confidence)} (confidence {shown.rate.confidence:.2f})"


def _causes(shown: RecordingAnalysis) -> str:
    return "".join(f", {reason_words(reason)}" for reason in shown.quality.reasons)
