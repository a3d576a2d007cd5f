"""The live screen as text: what is drawn where, from what is known now. Fits 80 columns by 24 lines and says all of it."""

import textwrap

from rich.text import Text

from stetho.cli.live_beat import beat_rows
from stetho.cli.live_link import device_line, engineer_line, link_line
from stetho.cli.live_state import LiveState
from stetho.cli.trace import WINDOW_S
from stetho.cli.wording import INVESTIGATIONAL, best_words, caution_words, rate_words, verdict_words
from stetho.events import VerdictEvent
from stetho.inference.verdict import Doubt
from stetho.stream import Origin

LABEL_WIDTH = 12
NARROWEST_WITH_BEAT = 76
BEAT_SHARE = 0.3
MOST_BEAT_WIDTH = 40
BEAT_GAP = 2
FIRST_VERDICT_S = 7
"""Good sound that three windows of 5 s, a second apart, need: no verdict is made of fewer."""
_STYLES = {"present": "bold yellow", "absent": "bold", "unknown": "bold"}


def draw(state: LiveState, width: int, height: int, now_ns: int) -> Text:
    """The whole screen, `height` lines of at most `width` characters."""
    head = _head(state, width)
    facts = [
        *_verdict_lines(state, width, now_ns),
        _fact("Caution", _caution(state)),
        _fact("Heart rate", _rate(state, now_ns)),
        *([_fact("Intervals", _intervals(state, now_ns))] if state.variability else []),
        _fact("Quality", _quality(state, now_ns)),
        _fact("", _advice(state)),
        _fact("Link", link_line(state, now_ns)),
        *([_fact("", engineer_line(state))] if state.details else []),
        _fact("Device", device_line(state)),
        *_previous(state, width),
    ]
    keys = f"q quits · d {'hides' if state.details else 'shows'} the link's details"
    foot = [Text(line, style="dim") for line in (*textwrap.wrap(INVESTIGATIONAL, width), keys)]
    room = max(3, height - len(head) - len(facts) - len(foot) - 2)
    lines = [*head, *_signal(state, width, room, now_ns), Text(), *facts, Text(), *foot]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return Text("\n").join(lines[:height])


def _head(state: LiveState, width: int) -> list[Text]:
    name = Text("stetho live", style="bold")
    mark = Text(" SIMULATED ", style="bold reverse") if state.device.origin is Origin.SIMULATED else Text()
    if state.device.origin in {Origin.FILE, Origin.REPLAYED}:
        mark = Text(" REPLAYED RECORDING ", style="bold reverse")
    gap = max(1, width - name.cell_len - mark.cell_len)
    return [Text.assemble(name, " " * gap, mark), Text("─" * width, style="dim")]


def _signal(state: LiveState, width: int, height: int, now_ns: int) -> list[Text]:
    """The trace, or, where there is none that is live, the words for it."""
    age_s = state.age_s(now_ns)
    if state.ended:
        return _said("The stream has ended.", "dim", width, height)
    if state.lost(now_ns):
        since = "" if age_s is None else f" {age_s:.0f} s ago"
        return _said(f"SIGNAL LOST{since} — trying again", "bold red", width, height)
    if age_s is None:
        return _said("Waiting for the first sound …", "dim", width, height)
    beat_width = min(MOST_BEAT_WIDTH, round(BEAT_SHARE * width)) if width >= NARROWEST_WITH_BEAT else 0
    trace_width = width - beat_width - (BEAT_GAP if beat_width else 0)
    rows = [Text(row, style="cyan") for row in state.trace.rows(trace_width, height - 1)]
    trace = [*rows, Text(_beat_marks(state, trace_width).ljust(trace_width), style="dim")]
    if not beat_width:
        return trace
    beside = zip(trace, _average(state, beat_width, height), strict=True)
    return [Text.assemble(left, " " * BEAT_GAP, right) for left, right in beside]


def _average(state: LiveState, width: int, height: int) -> list[Text]:
    """The average beat beside the trace; where there is none to be shown, the words for it, so that nothing jumps."""
    shown = state.average
    if shown is None or not shown.sure:
        words = "average beat: –" if shown is None else "S1, S2 not told apart"
        return [*[Text(" " * width)] * (height - 1), Text(words[:width].center(width), style="dim")]
    *rows, marks = beat_rows(shown, width, height - 1)
    beats = f"{shown.beats['used']} beats"
    caption = f"take {shown.take}, {beats}" if shown.final else f"average of {beats}"
    style = "dim" if shown.final else "cyan"
    return [*[Text(row, style=style) for row in rows], Text(marks), Text(caption[:width].center(width), style="dim")]


def _beat_marks(state: LiveState, width: int) -> str:
    """`1` and `2` below the first and second heart sounds of the trace; they come about a second late."""
    marks = [" "] * width
    newest_s = state.trace.newest_s
    if newest_s is None:
        return ""
    for beat in state.beats:
        for sign, at_s in (("1", beat.s1_s), ("2", beat.s2_s)):
            column = width if at_s is None else int(width * (1 - (newest_s - at_s) / WINDOW_S))
            if 0 <= column < width:
                marks[column] = sign
    return "".join(marks)


def _said(words: str, style: str, width: int, height: int) -> list[Text]:
    lines = [Text() for _ in range(height)]
    lines[height // 2] = Text(words.center(width).rstrip(), style=style)
    return lines


def _verdict_lines(state: LiveState, width: int, now_ns: int) -> list[Text]:
    """Three lines, always: what is said of the take that is heard, or of the last one while none is, and where it stands."""
    shown = state.verdict
    if shown is None or (shown.provisional and shown.murmur["reason"] == Doubt.TOO_FEW_WINDOWS):
        label = "Verdict" if state.heard is None else f"Take {state.heard}"
        return [_fact(label, _listening(state)), Text(), Text()]
    old = shown.provisional and state.lost(now_ns) and not state.ended
    style = "dim" if old else _STYLES.get(shown.murmur["label"], "bold")
    words = textwrap.wrap(verdict_words(shown.murmur), width - LABEL_WIDTH)
    lines = [_fact("" if i else "Verdict", Text(line, style=style)) for i, line in enumerate(words)]
    return [*lines, _outdated(shown) if old else _standing(shown), Text()][:3]


def _previous(state: LiveState, width: int) -> list[Text]:
    """The take before the one that is heard, small and far from what is said now: it may be of another person."""
    if state.heard is None or (state.awaited is None and state.final is None):
        return []
    take, words = state.awaited, "its final answer is being made"
    if take is None and state.final is not None:
        take, words = state.final.take, verdict_words(state.final.murmur)
    said = f"Previous take {take} (ended): {words}"
    return [Text(line, style="dim") for line in textwrap.wrap(said, width, subsequent_indent="  ")]


def _listening(state: LiveState) -> Text:
    """How far it is to a first verdict: that there are too few windows yet is no news."""
    good_s = 0.0 if state.quality is None else min(state.quality.good_s, FIRST_VERDICT_S)
    return Text(f"listening: {int(good_s)} of {FIRST_VERDICT_S} s", style="dim")


def _outdated(shown: VerdictEvent) -> Text:
    """A provisional verdict that nothing live stands behind any more."""
    return _fact("", Text(f"provisional · from before the signal was lost · take {shown.take}", style="dim"))


def _caution(state: LiveState) -> Text:
    """What the model was not validated on: shown with every verdict."""
    shown = state.verdict
    return Text("–" if shown is None else caution_words(shown.applicability) or "none", style="dim")


def _standing(shown: VerdictEvent) -> Text:
    """Provisional or final, and how sure; where a murmur was heard, only if one is suspected."""
    probability = None if shown.murmur["label"] == "unknown" else shown.murmur["probability"]
    parts = ["FINAL" if shown.final else "provisional", f"take {shown.take}"]
    if probability is not None:
        parts.append(f"probability {probability:.2f}")
    if shown.murmur["label"] == "present" and shown.murmur["evidence_s"] is not None:
        parts.append("evidence {:.0f}-{:.0f} s".format(*shown.murmur["evidence_s"]))
    return _fact("", Text(" · ".join(parts)))


def _rate(state: LiveState, now_ns: int) -> Text:
    if state.rate is None or state.lost(now_ns):
        return Text("–", style="dim")
    bpm, confidence = state.rate.heart_rate_bpm, state.rate.confidence
    if bpm is None:
        return Text("not found", style="dim")
    return Text.assemble((rate_words(bpm, confidence), "bold"), f"  confidence {confidence:.2f}")


def _intervals(state: LiveState, now_ns: int) -> Text:
    words = None if state.rate is None or state.lost(now_ns) else state.rate.words
    return Text("–", style="dim") if words is None else Text(f"{words} (not validated)", style="bold yellow")


def _quality(state: LiveState, now_ns: int) -> Text:
    quality = state.quality
    if quality is None or state.lost(now_ns):
        return Text("–", style="dim")
    bar = "█" * round(quality.score * 10)
    good = f"{quality.good_s:.0f} s good" + best_words(quality.best_s)
    return Text(f"{bar:░<10} {quality.score:.2f}  {good}")


def _advice(state: LiveState) -> Text:
    """What spoils the signal and what to do about it; the line is there all the time, and mostly empty."""
    words = None if state.quality is None or state.ended else state.quality.advice
    return Text(words or "", style="bold yellow")


def _fact(label: str, value: Text) -> Text:
    return Text.assemble((f"{label:<{LABEL_WIDTH}}", "dim"), value)
