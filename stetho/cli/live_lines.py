"""Live events as lines of text, for a log or a pipe: the link's changes and the verdicts."""

from stetho.cli.wording import caution_words, driven_words, verdict_words
from stetho.events import Event, LinkEvent, VerdictEvent
from stetho.source import LinkState
from stetho.stream import Origin

_MARKS = {Origin.SIMULATED.value: "SIMULATED · ", Origin.REPLAYED.value: "REPLAYED · "}


def said(event: Event) -> str:
    """The line for an event; empty for those that only a screen or a program can use."""
    match event:
        case VerdictEvent():
            standing = "final" if event.final else "provisional"
            mark = _MARKS.get(event.origin, "")
            caution = f" (caution: {caution_words(event.applicability)})" if event.final and event.applicability else ""
            driven = driven_words(event.murmur) if event.final else ""
            verdict = "; ".join(filter(None, (verdict_words(event.murmur), driven)))
            return f"{mark}take {event.take}, {standing}: {verdict}{caution}"
        case LinkEvent():
            return f"link: {_link_words(event)}"
        case _:
            return ""


def _link_words(event: LinkEvent) -> str:
    words = "signal lost, trying again" if event.state in {LinkState.LOST, LinkState.STALLED} else event.state.value
    slow = event.statistics.samples_overflowed
    why = [event.reason or "", f"the link is too slow, the device put off {slow} samples" if slow else ""]
    return f"{words} ({'; '.join(filter(None, why))})" if any(why) else words
