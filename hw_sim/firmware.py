"""The device's half of the protocol, without I/O and without a clock: time comes with every call."""

from dataclasses import replace

from firmware_bridge.wire import (
    VERSION,
    Audio,
    Battery,
    Capabilities,
    DeviceMessage,
    DeviceState,
    Error,
    ErrorCode,
    Feature,
    ForeignVersion,
    Hello,
    Message,
    PacketDecoder,
    Ping,
    Pong,
    ResendRequest,
    ResendUnavailable,
    Start,
    Started,
    Stop,
    Stopped,
    StopReason,
    TimeReply,
    TimeRequest,
    encode,
)
from hw_sim.capture import Capture
from hw_sim.identity import Identity
from hw_sim.outbox import Outbox
from hw_sim.programme import Performance, Programme

_MINUTE_US = 60_000_000


class Firmware:
    """A stethoscope's firmware. Bytes of the host go in, frames for it come out; `now_us` is the device's own clock.

    It serves one client at a time: a HELLO begins a session, and ends the one before it. A stream goes on without a
    client, so that one who comes back within the ring's depth can resume it by its id.
    """

    def __init__(self, identity: Identity, programme: Programme) -> None:
        self.identity, self._programme = identity, programme
        self._decoder = PacketDecoder()
        self._outbox = Outbox(int(identity.queue_s * programme.rates_hz[0]))
        self._greeted = False
        self._sending = False
        self._capture: Capture | None = None
        self._stop_told = False
        self._battery_due_us = 0
        self._now_us = self._alone_since_us = 0

    # -- the link's side

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host, cut anywhere. Noise is ignored."""
        self.advance(now_us)
        for message in self._decoder.feed(data):
            self._answer(message, now_us)

    def advance(self, now_us: int) -> None:
        """Takes the samples that are due by now."""
        self._forget_if_alone(now_us)
        capture = self._capture
        if capture is None or capture.over():
            return
        for message in capture.take(now_us):
            if self._sending:
                self._send(message)
        if self._sending and capture.over():
            self._tell_stopped(capture, StopReason.ENDED)
        elif self._sending and now_us >= self._battery_due_us:
            self._send_battery(now_us)

    def _forget_if_alone(self, now_us: int) -> None:
        """Nobody can resume a stream of which the ring holds nothing that was missed: it need not go on."""
        self._now_us = now_us
        if self._sending:
            self._alone_since_us = now_us
        elif now_us - self._alone_since_us > self.identity.ring_s * 1e6:
            self._capture = None

    def frames(self, now_us: int) -> list[tuple[bytes, bool]]:
        """What is to be sent now, a frame each, and whether it carries sound; forgets it."""
        frames = []
        for message in self._outbox.take():
            if isinstance(message, TimeReply):
                frames.append((encode(replace(message, sent_us=now_us)), False))
            else:
                frames.append((encode(message), isinstance(message, Audio)))
        return frames

    @property
    def due_us(self) -> int | None:
        """When `advance` has something to do next; None while nothing streams."""
        if self._capture is None or self._capture.over():
            return None
        return self._capture.due_us

    def client_lost(self) -> None:
        """The link says that the client went away: nothing is sent until another says HELLO."""
        self._outbox.clear()
        self._greeted = self._sending = False

    def taken_over(self) -> list[bytes]:
        """Another client comes on another link: the last frames for the one that has to go."""
        capture, sending = self._capture, self._sending
        self.client_lost()
        if capture is None or not sending:
            return []
        return [encode(Stopped(capture.stream_id, StopReason.TAKEN_OVER, capture.next_sample))]

    # -- requests

    def _answer(self, message: Message, now_us: int) -> None:
        match message:
            case Hello(version_min=low, version_max=high) if low <= VERSION <= high:
                self._begin_session(message, now_us)
            case Hello() | ForeignVersion(type=Hello.TYPE):
                self._send(Error(ErrorCode.UNSUPPORTED_VERSION, f"this device speaks version {VERSION}"))
            case Ping():
                self._send(self._pong(message.token))
            case TimeRequest():
                self._send(TimeReply(message.token, now_us, now_us))
            case Start() | Stop() | ResendRequest() if not self._greeted:
                self._send(Error(ErrorCode.NO_SESSION, "say HELLO first"))
            case Start():
                self._start(message, now_us)
            case Stop():
                self._stop(message)
            case ResendRequest():
                self._resend(message)
            case _:
                pass  # a device's own message, come back by a loop in the wiring

    def _begin_session(self, hello: Hello, now_us: int) -> None:
        self.client_lost()
        self._greeted = True
        features = Feature.CONTACT_SENSOR | Feature.BATTERY | Feature.SIMULATED | Feature.TIME_SYNC
        if self._programme.replayed:
            features |= Feature.REPLAYED
        identity = self.identity
        self._send(
            Capabilities(
                nonce=hello.nonce,
                product=identity.product,
                hardware=identity.hardware,
                firmware=identity.firmware,
                serial_number=identity.serial_number,
                rates_hz=self._programme.rates_hz,
                codecs=identity.codecs,
                features=features,
                ring_samples=int(identity.ring_s * self._programme.rates_hz[0]),
                calibration_id=identity.calibration_id,
            )
        )
        self._send_battery(now_us)

    def _start(self, start: Start, now_us: int) -> None:
        identity, capture = self.identity, self._capture
        offered = start.rate_hz in self._programme.rates_hz and start.codec in identity.codecs and start.channels == 1
        if not offered or start.stream_id == 0:
            self._send(Error(ErrorCode.BAD_REQUEST, "this rate, codec, number of channels or id is not on offer"))
            return
        if capture is None or not self._resumes(capture, start):
            performance = Performance(self._programme, start.rate_hz)
            capture = Capture(start.stream_id, performance, start.rate_hz, start.codec, identity, now_us)
            self._capture = capture
            self._outbox.capacity_samples = int(identity.queue_s * start.rate_hz)
        self._sending = True
        first = capture.next_sample
        self._send(
            Started(
                capture.stream_id,
                capture.codec,
                1,
                capture.rate_hz,
                first,
                capture.oldest_sample,
                capture.time_of_us(first),
            )
        )
        self._send(capture.contact())
        if capture.over():
            self._tell_stopped(capture, StopReason.ENDED)

    @staticmethod
    def _resumes(capture: Capture, start: Start) -> bool:
        asked = (start.stream_id, start.codec, start.rate_hz)
        return asked == (capture.stream_id, capture.codec, capture.rate_hz)

    def _stop(self, stop: Stop) -> None:
        capture = self._capture
        if capture is None or capture.stream_id != stop.stream_id:
            self._send(Stopped(stop.stream_id, StopReason.REQUESTED, 0))
            return
        capture.end()
        self._tell_stopped(capture, StopReason.REQUESTED)

    def _tell_stopped(self, capture: Capture, reason: StopReason) -> None:
        self._sending = False
        self._send(Stopped(capture.stream_id, reason, capture.next_sample))

    def _resend(self, request: ResendRequest) -> None:
        capture = self._capture
        if capture is None or capture.stream_id != request.stream_id:
            self._send(ResendUnavailable(request.stream_id, request.first_sample, request.samples))
            return
        for message in capture.again(request.first_sample, request.samples):
            self._send(message)

    def _pong(self, token: int) -> Pong:
        capture = self._capture
        if capture is None:
            return Pong(token, DeviceState.IDLE, 0, 0)
        state = DeviceState.ENDED if capture.over() else DeviceState.STREAMING
        return Pong(token, state, capture.stream_id, capture.next_sample)

    def _send_battery(self, now_us: int) -> None:
        self._battery_due_us = now_us + _MINUTE_US
        spent = int(now_us / (_MINUTE_US * self.identity.minutes_per_percent))
        self._send(Battery(max(self.identity.battery_percent - spent, 1)))

    def _send(self, message: DeviceMessage) -> None:
        self._outbox.put(message)
