"""The stream of a simulated device: begun, resumed, sent, asked for again, ended. There is at most one."""

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
from hw_sim.identity import Identity
from hw_sim.outbox import Outbox
from hw_sim.programme import Performance, Programme
from hw_sim.ring import PacketRing
from stetho.errors import StethoError


class Streaming:
    """Rules T, A and R of the protocol (docs/protocol.md). `sending`: whether a client gets what is captured."""

    def __init__(self, identity: Identity, programme: Programme, outbox: Outbox) -> None:
        self._identity, self._programme, self._outbox = identity, programme, outbox
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
            self._tell_stopped(capture, StopReason.ENDED)

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
        if capture is None or not _resumes(capture, start):
            try:
                performance = Performance(self._programme, start.rate_hz)
            except StethoError as error:  # a file that was there when the device was made, and is not any more
                self._outbox.put(Error(ErrorCode.FAULT, _short(str(error))))
                return
            ring = PacketRing(self._identity.ring_samples(self._programme.rates_hz))
            capture = Capture(start, performance, self._identity, ring, now_us)
            self._capture = capture
            self._outbox.capacity_samples = int(self._identity.queue_s * start.rate_hz)
        self.sending = True
        first = capture.next_sample
        oldest, first_us = capture.oldest_sample, capture.time_of_us(first)
        self._outbox.put(Started(start.stream_id, start.codec, 1, start.rate_hz, first, oldest, first_us))
        self._outbox.put(capture.contact())
        if capture.over():
            self._tell_stopped(capture, StopReason.ENDED)

    def stop(self, stop: Stop) -> None:
        """Ends the stream; answers also where there is none (T6)."""
        capture = self._capture
        if capture is None or capture.stream_id != stop.stream_id:
            self._outbox.put(Stopped(stop.stream_id, StopReason.REQUESTED, 0))
            return
        capture.end()
        self._tell_stopped(capture, StopReason.REQUESTED)

    def _tell_stopped(self, capture: Capture, reason: StopReason) -> None:
        self.sending = False
        self._outbox.put(Stopped(capture.stream_id, reason, capture.next_sample))

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
