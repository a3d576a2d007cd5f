"""The stream of a simulated device: begun, resumed, sent, asked for again, ended. There is at most one."""

from collections.abc import Sequence

from firmware_bridge.wire import (
    DeviceState,
    Error,
    ErrorCode,
    Pong,
    ResendRequest,
    ResendUnavailable,
    Start,
    Started,
    Stop,
    Stopped,
    StopReason,
)
from firmware_bridge.wire.limits import MAX_TEXT_BYTES
from hw_sim.capture import Capture
from hw_sim.faults import Fault
from hw_sim.hearing import Hearing
from hw_sim.identity import Identity
from hw_sim.outbox import Outbox
from hw_sim.programme import Programme
from hw_sim.ring import PacketRing
from stetho.errors import StethoError


class Streaming:
    """Rules T, A and R of the protocol (docs/protocol.md). `sending`: whether a client gets what is captured.

    faults: those of what is heard. late_us: how long the heart has been heard before this device was switched on
    again; None where the next stream begins at the heart's beginning. `begun`: how many streams did that.
    """

    def __init__(
        self,
        identity: Identity,
        programme: Programme,
        outbox: Outbox,
        faults: Sequence[Fault] = (),
        late_us: int | None = None,
    ) -> None:
        self._identity, self._programme, self._outbox = identity, programme, outbox
        self._faults, self._late_us = faults, late_us
        self._empty = False
        self.begun = 0
        self._capture: Capture | None = None
        self._alone_since_us = 0
        self.sending = False

    def advance(self, now_us: int) -> None:
        """Takes the samples that are due by now."""
        self._forget_if_alone(now_us)
        capture = self._capture
        if capture is None or capture.over():
            return
        for message in capture.take(now_us):
            if self.sending:
                self._outbox.put(message)
        if self.sending and capture.over():
            self._tell_stopped(capture)

    def ring_holds(self, seconds: float) -> None:
        """The ring is that deep from now on, or as deep as the device promised, whichever is less."""
        promised = self._identity.ring_samples(self._programme.rates_hz)
        if self._capture is not None:
            self._capture.ring_holds(int(min(promised, seconds * self._capture.rate_hz)))

    def out_of_power(self) -> None:
        """The battery is empty: the stream ends, and no other begins."""
        self._empty = True
        if self._capture is not None and not self._capture.over():
            self._capture.end(StopReason.BATTERY)
            if self.sending:
                self._tell_stopped(self._capture)

    def _forget_if_alone(self, now_us: int) -> None:
        """Nobody can resume a stream of which the ring holds nothing that was missed: it need not go on (T4)."""
        if self.sending:
            self._alone_since_us = now_us
        elif now_us - self._alone_since_us > self._identity.ring_s * 1e6:
            self._capture = None

    @property
    def due_us(self) -> int | None:
        """When `advance` has something to do next; None while nothing is captured."""
        if self._capture is None or self._capture.over():
            return None
        return self._capture.due_us

    def start(self, start: Start, now_us: int) -> None:
        """Begins a stream, or goes on with the one that is still there (T1, T3)."""
        offered = start.rate_hz in self._programme.rates_hz and start.codec in self._identity.codecs
        if not offered or start.channels != 1 or start.stream_id == 0:
            self._outbox.put(Error(ErrorCode.BAD_REQUEST, "this rate, codec, number of channels or id is not on offer"))
            return
        capture = self._capture
        if self._empty and (capture is None or not _resumes(capture, start)):
            self._outbox.put(Error(ErrorCode.FAULT, "the battery is empty: charge it"))
            return
        if capture is None or not _resumes(capture, start):
            try:
                capture = self._begin(start, now_us)
            except StethoError as error:  # a file that was there when the device was made, and is not any more
                self._outbox.put(Error(ErrorCode.FAULT, _short(str(error))))
                return
        self.sending = True
        first = capture.next_sample
        oldest, first_us = capture.oldest_sample, capture.time_of_us(first)
        self._outbox.put(Started(start.stream_id, start.codec, 1, start.rate_hz, first, oldest, first_us))
        self._outbox.put(capture.contact())
        if capture.over():
            self._tell_stopped(capture)

    def _begin(self, start: Start, now_us: int) -> Capture:
        """A new stream; after a restart the heart is where it would be without one."""
        hearing = Hearing(self._programme, start.rate_hz, self._faults)
        if self._late_us is None:
            self.begun += 1
        else:
            hearing.skip((self._late_us + now_us) * start.rate_hz // 1_000_000)
        self._late_us = None
        ring = PacketRing(self._identity.ring_samples(self._programme.rates_hz))
        self._outbox.capacity_samples = int(self._identity.queue_s * start.rate_hz)
        self._capture = Capture(start, hearing, self._identity, ring, now_us)
        return self._capture

    def stop(self, stop: Stop) -> None:
        """Ends the stream; answers also where there is none (T6)."""
        capture = self._capture
        if capture is None or capture.stream_id != stop.stream_id:
            self._outbox.put(Stopped(stop.stream_id, StopReason.REQUESTED, 0))
            return
        if not capture.over():
            capture.end(StopReason.REQUESTED)
        self._tell_stopped(capture)

    def _tell_stopped(self, capture: Capture) -> None:
        self.sending = False
        self._outbox.put(Stopped(capture.stream_id, capture.why_over, capture.next_sample))

    def taken_over(self) -> Stopped | None:
        """What the client is told that has to go, if it was streaming."""
        if self._capture is None or not self.sending:
            return None
        return Stopped(self._capture.stream_id, StopReason.TAKEN_OVER, self._capture.next_sample)

    def resend(self, request: ResendRequest) -> None:
        """Sends again what the ring holds, and says what it does not (R2, R3)."""
        capture = self._capture
        if capture is None or capture.stream_id != request.stream_id:
            self._outbox.put(ResendUnavailable(request.stream_id, request.first_sample, request.samples))
            return
        for message in capture.again(request.first_sample, request.samples):
            self._outbox.put(message)

    def pong(self, token: int) -> Pong:
        """How things stand."""
        capture = self._capture
        if capture is None:
            return Pong(token, DeviceState.IDLE, 0, 0)
        state = DeviceState.ENDED if capture.over() else DeviceState.STREAMING
        return Pong(token, state, capture.stream_id, capture.next_sample)


def _short(text: str) -> str:
    """What fits into a text of the protocol."""
    return text.encode()[:MAX_TEXT_BYTES].decode(errors="ignore")


def _resumes(capture: Capture, start: Start) -> bool:
    asked = (start.stream_id, start.codec, start.rate_hz)
    return asked == (capture.stream_id, capture.codec, capture.rate_hz)
