"""Live events as lines of text, for a log or a pipe: where the link fails, what spoils the signal, and the verdicts."""

from stetho.cli.wording import NOT_VALIDATED, UNCERTAIN_BELOW, best_words, caution_words, driven_words, verdict_words
from stetho.events import Event, LinkEvent, QualityEvent, RateEvent, VerdictEvent
from stetho.source import LinkState
from stetho.stream import Origin

GOOD_AGAIN = "signal: good again"
LINK_BACK = "link: the signal is back"
MOVED_BPM = 5.0
_MARKS = {Origin.SIMULATED.value: "SIMULATED · ", Origin.REPLAYED.value: "REPLAYED · "}


def said(event: Event) -> str:
    """The line for an event; empty for those that only a screen or a program can use."""
    match event:
        case VerdictEvent():
            standing = "final" if event.final else "provisional"
            mark = _MARKS.get(event.origin, "")
            caution = f" (caution: {caution_words(event.applicability)})" if event.final and event.applicability else ""
            driven = driven_words(event.murmur) if event.final else ""
            verdict = "; ".join(filter(None, (verdict_words(event.murmur), driven, _heard_words(event))))
            return f"{mark}take {event.take}, {standing}: {verdict}{caution}"
        case LinkEvent():
            return _link_words(event)
        case QualityEvent(advice=str()):
            return f"signal: {event.advice}"
        case _:
            return ""


def _heard_words(event: VerdictEvent) -> str:
    """Of how much good sound a final verdict is made, and where the best of it lies."""
    if event.quality is None:
        return ""
    return f"{event.quality['good_s']:.0f} s of good sound" + best_words(event.quality["best_s"])


class LinePrinter:
    """Prints what is said of each event; what was said of the last of its kind is not said again.

    variability: beat intervals that vary are said, too.
    """

    def __init__(self, *, variability: bool = False) -> None:
        self._variability = variability
        self._last: dict[type[Event], str] = {}
        self._bpm: float | None = None

    def __call__(self, event: Event) -> None:
        kind, last = type(event), self._last.get(type(event), "")
        line = said(event)
        match event:
            case QualityEvent(advice=None) if last:
                line = GOOD_AGAIN
            case LinkEvent(state=LinkState.STREAMING) if last and not line:
                line = LINK_BACK
            case RateEvent():
                self._rate(event)
                line = f"{event.words} ({NOT_VALIDATED})" if self._variability and event.words else ""
        if line and line != last:
            print(line, flush=True)
            self._last[kind] = line

    def _rate(self, event: RateEvent) -> None:
        """A rate that is sure, once it has moved; a line a second would hide the others."""
        bpm = event.heart_rate_bpm
        if bpm is None or event.confidence < UNCERTAIN_BELOW or abs(bpm - (self._bpm or 0.0)) < MOVED_BPM:
            return
        self._bpm = bpm
        print(f"heart rate: {bpm:.0f} bpm", flush=True)


def _link_words(event: LinkEvent) -> str:
    """What is wrong with the link, or that it is over; empty while all is well, for that is no news."""
    slow = event.statistics.samples_overflowed
    why = [event.reason or "", f"the link is too slow, the device put off {slow} samples" if slow else ""]
    reasons = "; ".join(filter(None, why))
    match event.state:
        case LinkState.LOST | LinkState.STALLED:
            words = "link: signal lost, trying again"
        case LinkState.RESUMED:
            words = LINK_BACK
        case _ if reasons:
            words = f"link: {event.state.value}"
        case _:
            return ""
    return f"{words} ({reasons})" if reasons else words
