"""Everything that one stream's messages mean: samples, contact, battery, time, and the end."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware_bridge.assemble import Assembler
from firmware_bridge.clocks import Clocks
from firmware_bridge.freshness import Freshness
from firmware_bridge.held_contacts import HeldContacts
from firmware_bridge.questions import Questions
from firmware_bridge.stall import Flow, StallWatch
from firmware_bridge.stop_words import stop_words
from firmware_bridge.wire import (
    Audio,
    Battery,
    DeviceState,
    Event,
    EventKind,
    HostMessage,
    Message,
    Pong,
    ResendRequest,
    ResendUnavailable,
    Started,
    Stopped,
    StopReason,
    TimeReply,
)
from stetho.link_statistics import LinkStatistics
from stetho.source import Archive, BatteryLevel, ContactChange, LinkChange, LinkState, SourceItem
from stetho.stream import Chunk, Span, StreamSpec

_TAIL_NS = 100_000_000
_LEDGER_NS = 3_000_000_000
"""How long after the end, or after the last sample that came then, resends are still waited for."""

_LEDGER_AT_MOST_NS = 60_000_000_000
_RESTART_NS = 200_000_000
"""No device restarts faster; longer than what is concealed, so that every stage begins anew."""


class StreamIntake:
    """Sans I/O: messages and time go in, items go to `emit`, requests to `send`.

    spec: what the stream is; ring_samples: how deep the device's ring is; archive: the lossless side, or None.
    Raises OverrunError from `message`, `tick` and `close` when the archive can't keep up.
    """

    def __init__(
        self,
        spec: StreamSpec,
        stream_id: int,
        ring_samples: int,
        archive: Archive | None,
        emit: Callable[[SourceItem], None],
        send: Callable[[HostMessage], None],
    ) -> None:
        self._spec = spec
        self._stream_id = stream_id
        self._emit = emit
        self._send = send
        self._clocks = Clocks()
        self._assembler = Assembler(spec, ring_samples, self._clocks.map.host_ns, archive)
        self._held = HeldContacts()
        self._questions = Questions(self._clocks.map, send)
        self._watch = StallWatch(0)
        self._freshness = Freshness(0)
        self._flowing = False
        self._counts = _Counts()
        self._awaiting_start = False
        self._state: LinkState | None = None
        self._stopped_ns: int | None = None
        self._stop_reason = ""
        self._filled_ns = 0
        self._live_finished = False
        self.done = False
        """Ended, live said to its end and the ledger closed."""

    @property
    def whole(self) -> bool:
        """Whether the archive has settled all that is known to exist."""
        return self._assembler.complete

    @property
    def ending(self) -> bool:
        """The device said that the stream has ended."""
        return self._stopped_ns is not None

    def expect_start(self) -> None:
        """START is about to be sent: the next STARTED of this stream counts, and only that one."""
        self._awaiting_start = True

    def flow(self, now_ns: int) -> Flow:
        """Whether samples come; asks the device what it does while they don't, and says once that they don't."""
        flow = self._watch.flow(now_ns)
        if flow is Flow.STALLED:
            self.link(LinkState.STALLED, now_ns, "no samples come")
            self._questions.ask_state(now_ns)
        return flow

    def slept(self, for_ns: int) -> None:
        """This program did nothing for so long; the device is not to blame."""
        self._watch.slept(for_ns)

    def live(self, chunk: Chunk, now_ns: int) -> bool:
        """Whether a chunk is still live; one that is not is counted, and the archive alone keeps it."""
        fresh = self._freshness.fresh(chunk, now_ns)
        if not fresh:
            self._counts.stale += len(chunk)
        return fresh

    def silent_ns(self, now_ns: int) -> int:
        """How long ago the last new sample came, over however many links."""
        return now_ns - self._watch.progress_ns

    def message(self, message: Message, now_ns: int) -> None:
        """Takes whatever came; what belongs to another stream or to the handshake is passed over."""
        match message:
            case Audio(stream_id=self._stream_id):
                self._audio(message, now_ns)
            case Started(stream_id=self._stream_id) if self._awaiting_start:
                self._started(message, now_ns)
            case Event(stream_id=self._stream_id):
                self._event(message, now_ns)
            case Battery():
                self._emit(BatteryLevel(message.percent))
            case TimeReply():
                self._questions.answered(message, now_ns)
            case ResendUnavailable(stream_id=self._stream_id):
                first = self._assembler.index(message.first_sample)
                self._assembler.unavailable(Span(first, first + message.samples))
            case Stopped(stream_id=self._stream_id):
                self._stop(message.stop_sample, stop_words(message.reason), now_ns)
            case Pong(stream_id=self._stream_id):
                self._pong(message, now_ns)
            case _:
                return

    def tick(self, now_ns: int) -> None:
        """Time passed: says what waited long enough, asks for what is missing, and closes what has ended."""
        self._say(self._assembler.tick(now_ns), now_ns)
        for span in self._assembler.requests(now_ns):
            self._counts.requests += 1
            self._send(ResendRequest(self._stream_id, self._assembler.wire_index(span.start), len(span)))
        if self._stopped_ns is None:
            self._questions.ask_time(now_ns)
            return
        if self._all_said or now_ns - self._stopped_ns >= _TAIL_NS:
            self.finish_live(now_ns)
        patience_over = now_ns - self._filled_ns >= _LEDGER_NS or now_ns - self._stopped_ns >= _LEDGER_AT_MOST_NS
        if self._live_finished and (self._assembler.complete or patience_over):
            self.close(now_ns)

    def link(self, state: LinkState, now_ns: int, reason: str = "") -> None:
        """Tells of the link, at the live side's place in the stream; once where it stays as it was."""
        if state is self._state:
            return
        self._state = state
        self._flowing = False
        self._emit(LinkChange(state, self._assembler.live_next, now_ns, reason))

    def close(self, now_ns: int) -> None:
        """No more is to come: says the rest of live, and closes the ledger. Can be called twice."""
        if self.done:
            return
        self.done = True
        self.finish_live(now_ns)
        self._assembler.close_archive()

    @property
    def _all_said(self) -> bool:
        return self._assembler.live_next >= self._assembler.newest

    def _say(self, chunks: list[Chunk], now_ns: int) -> None:
        for chunk in chunks:
            if not self.live(chunk, now_ns):
                continue
            if self._flowing and self._state in {LinkState.STALLED, LinkState.LOST}:
                self.link(LinkState.RESUMED, now_ns)
            self._emit(chunk)
        for change in self._held.due(self._assembler.live_next):
            self._emit(change)

    def _started(self, started: Started, now_ns: int) -> None:
        self._awaiting_start = False
        at = self._assembler.index(started.first_sample)
        if at < self._assembler.arrived:  # the device counts anew: it was switched off in between
            gap_ns = max(self.silent_ns(now_ns), _RESTART_NS)
            at = self._assembler.arrived + gap_ns * self._spec.rate_hz // 1_000_000_000
            self._assembler.rebase(at)
            self._clocks.restart()
            self._questions.restart()
        self._assembler.resumed(at)
        self._watch.restart(now_ns)
        if self._state is None:
            self._watch = StallWatch(now_ns)
            self._freshness = Freshness(now_ns)
            self.link(LinkState.STREAMING, now_ns)

    def _audio(self, audio: Audio, now_ns: int) -> None:
        self._filled_ns = now_ns
        chunks = self._assembler.feed(audio, now_ns)
        if self._watch.saw(self._assembler.arrived, now_ns):
            self._flowing = True
            self._clocks.samples.took(self._assembler.index(audio.first_sample), audio.device_time_us)
        self._say(chunks, now_ns)

    def _event(self, event: Event, now_ns: int) -> None:
        if event.kind is EventKind.OVERFLOW:
            self._counts.overflows += 1
            self._counts.overflowed += event.samples
        if event.kind in {EventKind.CONTACT_ON, EventKind.CONTACT_OFF}:
            at = self._assembler.index(event.sample)
            self._held.add(ContactChange(event.kind is EventKind.CONTACT_ON, at, event.site))
            self._say([], now_ns)

    def _pong(self, pong: Pong, now_ns: int) -> None:
        if pong.state == DeviceState.ENDED:
            self._stop(pong.next_sample, stop_words(StopReason.ENDED), now_ns)

    def reconnected(self, now_ns: int) -> None:
        """A link that broke after the end is back: what is missing is asked for again."""
        self._assembler.ask_again()
        self._filled_ns = now_ns

    def _stop(self, stop_sample: int, reason: str, now_ns: int) -> None:
        if self._stopped_ns is not None:
            return
        self._stopped_ns = self._filled_ns = now_ns
        self._stop_reason = reason
        self._assembler.expect(self._assembler.index(stop_sample))
        self.tick(now_ns)

    def finish_live(self, now_ns: int) -> None:
        """Live says its end and waits for nothing more; the archive goes on. Can be called twice."""
        if self._live_finished:
            return
        self._live_finished = True
        self._say(self._assembler.finish_live(), now_ns)
        for change in self._held.rest():
            self._emit(change)
        if self._stopped_ns is not None:
            self.link(LinkState.ENDED, now_ns, self._stop_reason)

    def statistics(self) -> LinkStatistics:
        """Called from any thread."""
        counts = self._counts
        return replace(
            self._assembler.statistics(),
            resend_requests=counts.requests,
            samples_stale=counts.stale,
            overflows=counts.overflows,
            samples_overflowed=counts.overflowed,
            clock=self._clocks.estimate,
        )


@dataclass(slots=True)
class _Counts:
    requests: int = 0
    stale: int = 0
    overflows: int = 0
    overflowed: int = 0
