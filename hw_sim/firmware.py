"""The device's half of the protocol, without I/O and without a clock: time comes with every call."""

from collections.abc import Sequence
from dataclasses import replace

from firmware_bridge.wire import (
    VERSION,
    Audio,
    Battery,
    Capabilities,
    Error,
    ErrorCode,
    Feature,
    ForeignVersion,
    Hello,
    Message,
    PacketDecoder,
    Ping,
    ResendRequest,
    Start,
    Stop,
    TimeReply,
    TimeRequest,
    encode,
)
from hw_sim.faults import Fault
from hw_sim.identity import Identity
from hw_sim.outbox import Outbox
from hw_sim.programme import Programme
from hw_sim.streaming import Streaming

_MINUTE_US = 60_000_000


class Firmware:
    """A stethoscope's firmware. Bytes of the host go in, frames for it come out; `now_us` is the device's own clock.

    It serves one client at a time: a HELLO begins a session, and ends the one before it. A stream goes on without a
    client, so that one who comes back within the ring's depth can resume it by its id.

    faults: those of what is heard. late_us: for a device that was switched on in the middle of a programme.
    """

    def __init__(
        self, identity: Identity, programme: Programme, faults: Sequence[Fault] = (), late_us: int | None = None
    ) -> None:
        self.identity, self._programme = identity, programme
        self._decoder = PacketDecoder()
        self._outbox = Outbox(int(identity.queue_s * programme.rates_hz[0]))
        self._streaming = Streaming(identity, programme, self._outbox, faults, late_us)
        self._greeted = False
        self._battery_due_us = 0
        self._percent: int | None = None

    # -- the link's side

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host, cut anywhere. Noise is ignored."""
        self.advance(now_us)
        for message in self._decoder.feed(data):
            self._answer(message, now_us)

    def advance(self, now_us: int) -> None:
        """Takes the samples that are due by now, and says once a minute how the battery is."""
        self._streaming.advance(now_us)
        if self._streaming.sending and now_us >= self._battery_due_us:
            self._send_battery(now_us)

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
        return self._streaming.due_us

    @property
    def begun(self) -> int:
        """How many streams began at the programme's beginning."""
        return self._streaming.begun

    def charge(self, percent: int, now_us: int) -> None:
        """The battery has that much left, whatever it had; it is said when it changes, and at 0 the stream ends."""
        if percent == self._percent:
            return
        self._percent = percent
        if self._greeted:
            self._send_battery(now_us)
        if percent == 0:
            self._streaming.out_of_power()

    def ring_holds(self, seconds: float) -> None:
        """The ring is that deep from now on, or as deep as the device promised, whichever is less."""
        self._streaming.ring_holds(seconds)

    def client_lost(self) -> None:
        """The link says that the client went away: nothing is sent until another says HELLO."""
        self._outbox.clear()
        self._greeted = self._streaming.sending = False

    def taken_over(self) -> list[bytes]:
        """Another client comes on another link: the last frames for the one that has to go."""
        stopped = self._streaming.taken_over()
        self.client_lost()
        return [] if stopped is None else [encode(stopped)]

    # -- requests

    def _answer(self, message: Message, now_us: int) -> None:
        match message:
            case Hello(version_min=low, version_max=high) if low <= VERSION <= high:
                self._begin_session(message, now_us)
            case Hello() | ForeignVersion(type=Hello.TYPE):
                self._outbox.put(Error(ErrorCode.UNSUPPORTED_VERSION, f"this device speaks version {VERSION}"))
            case Ping():
                self._outbox.put(self._streaming.pong(message.token))
            case TimeRequest():
                self._outbox.put(TimeReply(message.token, now_us, now_us))
            case Start() | Stop() | ResendRequest() if not self._greeted:
                self._outbox.put(Error(ErrorCode.NO_SESSION, "say HELLO first"))
            case Start():
                self._streaming.start(message, now_us)
            case Stop():
                self._streaming.stop(message)
            case ResendRequest():
                self._streaming.resend(message)
            case _:
                pass  # a device's own message, come back by a loop in the wiring

    def _begin_session(self, hello: Hello, now_us: int) -> None:
        self.client_lost()
        self._greeted = True
        features = Feature.CONTACT_SENSOR | Feature.BATTERY | Feature.SIMULATED | Feature.TIME_SYNC
        if self._programme.replayed:
            features |= Feature.REPLAYED
        identity = self.identity
        self._outbox.put(
            Capabilities(
                nonce=hello.nonce,
                product=identity.product,
                hardware=identity.hardware,
                firmware=identity.firmware,
                serial_number=identity.serial_number,
                rates_hz=self._programme.rates_hz,
                codecs=identity.codecs,
                features=features,
                ring_samples=identity.ring_samples(self._programme.rates_hz),
                calibration_id=identity.calibration_id,
            )
        )
        self._send_battery(now_us)

    def _send_battery(self, now_us: int) -> None:
        self._battery_due_us = now_us + _MINUTE_US
        spent = int(now_us / (_MINUTE_US * self.identity.minutes_per_percent))
        drained = max(self.identity.battery_percent - spent, 1)
        self._outbox.put(Battery(drained if self._percent is None else self._percent))
