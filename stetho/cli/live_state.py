"""What the live screen knows: the newest event of each kind, and how old the signal is."""

from collections import deque
from dataclasses import dataclass, field

from stetho.cli.trace import Trace
from stetho.events import (
    AverageBeatEvent,
    BeatEvent,
    Event,
    LinkEvent,
    QualityEvent,
    RateEvent,
    VerdictEvent,
    WaveEvent,
)
from stetho.source import DeviceInfo, LinkState

MOST_BEATS = 32
LOST_AFTER_S = 0.8
"""Older than this, a signal is called lost: within the second that the contract allows, drawing included."""


@dataclass(slots=True)
class LiveState:
    """Fed with events; read by the screen. `now_ns` is always the host's monotonic clock.

    variability: whether it is said where beat intervals vary, which was not validated on patients. details: whether the
    link's figures are shown. heard: the take whose sound was heard last, until its final verdict has come. awaited: one
    that ended before it and whose final verdict has not come. Takes are told apart, and not ordered, by their numbers: one
    that turns out to be two gets a number later than that of the take which runs by then.
    """

    device: DeviceInfo
    variability: bool = False
    details: bool = False
    trace: Trace = field(default_factory=Trace)
    link: LinkEvent | None = None
    quality: QualityEvent | None = None
    rate: RateEvent | None = None
    average: AverageBeatEvent | None = None
    running: VerdictEvent | None = None
    heard: int | None = None
    awaited: int | None = None
    finals: list[VerdictEvent] = field(default_factory=list)
    beats: deque[BeatEvent] = field(default_factory=lambda: deque(maxlen=MOST_BEATS))
    newest_ns: int | None = None
    ended: bool = False
    _heard_from_s: float = 0.0

    def take(self, event: Event) -> None:
        """Whatever the engine says."""
        match event:
            case WaveEvent():
                self.trace.add(event)
                self.newest_ns = event.t0_ns + round(event.samples.size * 1e9 / event.rate_hz)
            case LinkEvent():
                self._link(event)
            case QualityEvent():
                self.quality = event
                self._hear(event.take, event.t_s)
            case RateEvent():
                if event.t_s >= self._heard_from_s:  # else it is an ended take's last one
                    self.rate = event
            case AverageBeatEvent():
                self._average(event)
            case VerdictEvent():
                self._verdict(event)
            case BeatEvent():
                self.beats.append(event)

    @property
    def final(self) -> VerdictEvent | None:
        """The last take's, once a take has ended."""
        return self.finals[-1] if self.finals else None

    @property
    def verdict(self) -> VerdictEvent | None:
        """What may be shown as said now: of the take that is heard, or the last final one while none is."""
        return self.final if self.heard is None else self.running

    def toggle_details(self) -> None:
        """Shows the link's figures, or hides them again."""
        self.details = not self.details

    def _link(self, event: LinkEvent) -> None:
        self.link = event
        self.ended = event.state is LinkState.ENDED
        if event.state is not LinkState.STREAMING:
            self.trace.clear()
            self.beats.clear()

    def _hear(self, take: int, t_s: float) -> None:
        """There is sound of a take. Nothing of an earlier one stands beside it: that may be of another person."""
        if take == self.heard:
            return
        self.awaited, self.heard = self.heard, take
        self._heard_from_s = t_s
        self.running = self.rate = None
        if self.average is not None and self.average.take != take:
            self.average = None

    def _average(self, event: AverageBeatEvent) -> None:
        if self.heard in {None, event.take}:  # the next take may run already
            self.average = event

    def _verdict(self, event: VerdictEvent) -> None:
        if not event.final:
            self._hear(event.take, event.t_s)
            self.running = event
            return
        self.finals.append(event)
        if event.take == self.awaited:
            self.awaited = None
        if event.take == self.heard:  # else the next take may run already
            self.heard = self.running = None

    def age_s(self, now_ns: int) -> float | None:
        """How old the newest sample is; None before the first."""
        return None if self.newest_ns is None else (now_ns - self.newest_ns) / 1e9

    def lost(self, now_ns: int) -> bool:
        """True where nothing on the screen may look live."""
        age_s = self.age_s(now_ns)
        interrupted = self.link is not None and self.link.state in {LinkState.LOST, LinkState.STALLED}
        return interrupted or (age_s is not None and age_s > LOST_AFTER_S)
