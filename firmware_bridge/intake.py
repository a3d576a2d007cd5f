"""Everything that one stream's messages mean: samples, contact, battery, time, and the end."""

from collections.abc import Callable
from dataclasses import replace

from firmware_bridge.assemble import Assembler
from firmware_bridge.clocks import Clocks
from firmware_bridge.live_side import LiveSide
from firmware_bridge.questions import Questions
from firmware_bridge.stall import Flow, StallWatch
from firmware_bridge.stop_words import stop_words
from firmware_bridge.stream_end import StreamEnd
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
from stetho.source import Archive, BatteryLevel, ContactChange, LinkState, SourceItem
from stetho.stream import Chunk, Span, StreamSpec

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
        self._live = LiveSide(self._assembler, emit)
        self._end = StreamEnd()
        self._questions = Questions(self._clocks.map, send)
        self._watch = StallWatch(0)
        self._awaiting_start = False
        self._resend_requests = 0
        self._overflows = 0
        self._samples_overflowed = 0
        self.done = False
        """Ended, live said to its end and the ledger closed."""

    @property
    def whole(self) -> bool:
        """Whether the archive has settled all that is known to exist."""
        return self._assembler.complete

    @property
    def ending(self) -> bool:
        """The device said that the stream has ended."""
        return self._end.known

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
        return self._live.fresh(chunk, now_ns)

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
        self._live.say(self._assembler.tick(now_ns), now_ns)
        for span in self._assembler.requests(now_ns):
            self._resend_requests += 1
            self._send(ResendRequest(self._stream_id, self._assembler.wire_index(span.start), len(span)))
        if not self._end.known:
            self._questions.ask_time(now_ns)
            return
        if self._live.all_said or self._end.live_over(now_ns):
            self.finish_live(now_ns)
        if self._live.finished and (self._assembler.complete or self._end.archive_over(now_ns)):
            self.close(now_ns)

    def link(self, state: LinkState, now_ns: int, reason: str = "") -> None:
        """Tells of the link, at the live side's place in the stream; once where it stays as it was."""
        self._live.link(state, now_ns, reason)

    def close(self, now_ns: int) -> None:
        """No more is to come: says the rest of live, and closes the ledger. Can be called twice."""
        if self.done:
            return
        self.done = True
        self.finish_live(now_ns)
        self._assembler.close_archive()

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
        if not self._live.begun:
            self._watch = StallWatch(now_ns)
            self._live.begin(now_ns)

    def _audio(self, audio: Audio, now_ns: int) -> None:
        self._end.filled(now_ns)
        chunks = self._assembler.feed(audio, now_ns)
        if self._watch.saw(self._assembler.arrived, now_ns):
            self._live.flows()
            self._clocks.samples.took(self._assembler.index(audio.first_sample), audio.device_time_us)
        self._live.say(chunks, now_ns)

    def _event(self, event: Event, now_ns: int) -> None:
        if event.kind is EventKind.OVERFLOW:
            self._overflows += 1
            self._samples_overflowed += event.samples
        if event.kind in {EventKind.CONTACT_ON, EventKind.CONTACT_OFF}:
            at = self._assembler.index(event.sample)
            self._live.contact(ContactChange(event.kind is EventKind.CONTACT_ON, at, event.site), now_ns)

    def _pong(self, pong: Pong, now_ns: int) -> None:
        if pong.state == DeviceState.ENDED:
            self._stop(pong.next_sample, stop_words(StopReason.ENDED), now_ns)

    def reconnected(self, now_ns: int) -> None:
        """A link that broke after the end is back: what is missing is asked for again."""
        self._assembler.ask_again()
        self._end.filled(now_ns)

    def _stop(self, stop_sample: int, reason: str, now_ns: int) -> None:
        if self._end.known:
            return
        self._end.said(reason, now_ns)
        self._assembler.expect(self._assembler.index(stop_sample))
        self.tick(now_ns)

    def finish_live(self, now_ns: int) -> None:
        """Live says its end and waits for nothing more; the archive goes on. Can be called twice."""
        if self._live.finished:
            return
        self._live.finish(now_ns)
        if self._end.known:
            self._live.link(LinkState.ENDED, now_ns, self._end.reason)

    def statistics(self) -> LinkStatistics:
        """Called from any thread."""
        return replace(
            self._assembler.statistics(),
            resend_requests=self._resend_requests,
            samples_stale=self._live.samples_stale,
            overflows=self._overflows,
            samples_overflowed=self._samples_overflowed,
            clock=self._clocks.estimate,
        )
