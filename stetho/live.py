"""What a stream means while it runs: source items in, events out. Synchronous; the engine gives it a thread."""

from collections.abc import Callable, Iterator, Mapping

from stetho.clock import Clock
from stetho.dsp.filters import BandPass
from stetho.events import Event, LinkEvent, WaveEvent
from stetho.handoff import HandoffStatistics
from stetho.heart.online.tracker import BeatsModel
from stetho.holes import LongLosses
from stetho.inference.session import MurmurModel
from stetho.link_statistics import LinkStatistics
from stetho.live_take import LiveTake
from stetho.source import BatteryLevel, ContactChange, DeviceInfo, Hole, LinkChange, LinkState, SourceItem
from stetho.spool import TakeSpool
from stetho.stage import GapGate
from stetho.stream import Chunk, Span, StreamSpec
from stetho.take import TakeCutter, TakeEnd, TakeItem, TakeStart

LINK_EVERY_S = 1.0
OLDEST_LIVE_MS = 1000.0
"""Samples that waited longer for this thread are not shown or scored as live."""


class LiveAnalysis:
    """Runs the stages over a live stream and its archive; everything on one thread."""

    def __init__(
        self,
        device: DeviceInfo,
        spec: StreamSpec,
        model: MurmurModel,
        clock: Clock,
        statistics: Callable[[], LinkStatistics],
        queues: Callable[[], Mapping[str, HandoffStatistics]] = dict,
        beats: BeatsModel | None = None,
    ) -> None:
        """beats: what hears S1 and S2 as they come; without it, beats and rate are said once a window."""
        self._device, self._spec, self._model, self._clock = device, spec, model, clock
        self._statistics, self._queues, self._beats = statistics, queues, beats
        self._cutter = TakeCutter(has_contact_sensor=device.has_contact_sensor)
        self._spool = TakeSpool(spec)
        self._losses = LongLosses(spec.rate_hz)
        self._display = BandPass()
        self._display.prepare(spec)
        self._gap = GapGate()
        self._take: LiveTake | None = None
        self._ended: list[tuple[LiveTake, Span]] = []
        self._newest_ns: int | None = None
        self._battery = device.battery_percent
        self._state = LinkState.STREAMING
        self._t_s = 0.0
        self._live_to = 0
        self._next_link_s = 0.0

    def age_ms(self, captured_ns: int) -> float:
        """How long ago that capture time was; a device clock that is a little ahead makes no sample come from the future."""
        return max(0.0, (self._clock.monotonic_ns() - captured_ns) / 1e6)

    def process(self, item: SourceItem) -> Iterator[Event]:
        """The next item of the live side."""
        match item:
            case Chunk():
                yield from self._chunk(item)
            case ContactChange():
                yield from self._takes(self._cutter.contact(item))
            case LinkChange():
                self._state = item.state
                yield self._link(item.reason)
                if self._take is not None and item.state in {LinkState.STALLED, LinkState.LOST}:
                    yield self._take.silent(self._live_to)
            case BatteryLevel():
                self._battery = item.percent

    def archive(self, chunk: Chunk, holes: tuple[Hole, ...]) -> Iterator[Event]:
        """The next samples of the archive side: they complete the takes that have ended."""
        if self._take is None and not self._ended and self._spool.stop <= self._live_to:
            self._spool.forget()  # no take has them, and none that is yet to start can
        missing = self._spool.add(chunk, holes)
        for lost in self._losses.process(chunk, missing):
            self._split_ended(lost)
            yield from self._takes(self._cutter.lost(lost))
        yield from self._completed(self._spool.stop)

    def _split_ended(self, lost: Span) -> None:
        """A take that has ended and turns out to hold a long loss was two."""
        for index, (take, span) in enumerate(self._ended):
            if span.start < lost.start and lost.stop < span.stop:
                later = TakeStart(self._cutter.next_number(), lost.stop, take.begun.site)
                rest = LiveTake(later, self._spec, self._model, self.age_ms, self._beats)
                self._ended[index : index + 1] = [
                    (take, Span(span.start, lost.start)),
                    (rest, Span(lost.stop, span.stop)),
                ]
                return

    def finish(self) -> Iterator[Event]:
        """Both sides have ended."""
        yield from self._takes(self._cutter.finish(self._spool.stop))
        yield from self._completed(None)

    def close(self) -> None:
        """Lets go of the saved samples, however it ended."""
        self._spool.close()

    def _chunk(self, chunk: Chunk) -> Iterator[Event]:
        self._t_s = self._spec.seconds(chunk.stop)
        self._newest_ns = chunk.t0_ns + len(chunk) * 1_000_000_000 // self._spec.rate_hz
        if self.age_ms(self._newest_ns) <= OLDEST_LIVE_MS:
            yield from self._fresh(chunk)
        self._live_to = chunk.stop
        if self._t_s >= self._next_link_s:
            self._next_link_s = self._t_s + LINK_EVERY_S
            self._state = LinkState.STREAMING
            yield self._link("")

    def _fresh(self, chunk: Chunk) -> Iterator[Event]:
        """Draws and scores samples that are live; older ones are in the archive, and only there."""
        if self._gap.opens_gap(chunk):
            self._display.reset("gap")
        for drawn in self._display.process(chunk):
            yield WaveEvent(self._t_s, drawn.chest, self._spec.rate_hz, drawn.start, drawn.t0_ns)
        yield from self._takes(self._cutter.process(chunk))

    def _takes(self, items: Iterator[TakeItem]) -> Iterator[Event]:
        for item in items:
            match item:
                case TakeStart():
                    self._take = LiveTake(item, self._spec, self._model, self.age_ms, self._beats)
                case Chunk():
                    if self._take is not None:
                        yield from self._take.process(item)
                case TakeEnd():
                    if self._take is not None:
                        self._ended.append((self._take, item.span))
                    self._take = None
                    yield from self._completed(self._spool.stop)

    def _completed(self, saved_to: int | None) -> Iterator[Event]:
        """Final verdicts of the ended takes whose samples are saved; of all of them when nothing more will come."""
        while self._ended and (saved_to is None or self._ended[0][1].stop <= saved_to):
            take, span = self._ended.pop(0)
            yield from take.finish(span, self._spool)

    def _link(self, reason: str) -> LinkEvent:
        age_ms = None if self._newest_ns is None else self.age_ms(self._newest_ns)
        return LinkEvent(
            self._t_s,
            self._state,
            self._device,
            self._statistics(),
            age_ms,
            self._battery,
            reason or None,
            self._queues(),
        )
