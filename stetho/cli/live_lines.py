"""Live events as lines of text, for a log or a pipe: the link's changes and the verdicts."""

from stetho.cli.wording import caution_words, verdict_words
from stetho.events import Event, LinkEvent, VerdictEvent
from stetho.source import LinkState
from stetho.stream import Origin


def said(event: Event) -> str:
    """The line for an event; empty for those that only a screen or a program can use."""
    match event:
        case VerdictEvent():
            standing = "final" if event.final else "provisional"
            mark = "SIMULATED · " if event.origin == Origin.SIMULATED.value else ""
            caution = f" (caution: {caution_words(event.applicability)})" if event.final and event.applicability else ""
            return f"{mark}take {event.take}, {standing}: {verdict_words(event.murmur)}{caution}"
        case LinkEvent():
            return f"link: {_link_words(event)}"
        case _:
            return ""


def _link_words(event: LinkEvent) -> str:
    words = "signal lost, trying again" if event.state in {LinkState.LOST, LinkState.STALLED} else event.state.value
    return f"{words} ({event.reason})" if event.reason else words
