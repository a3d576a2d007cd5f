"""A stream that the probe began, and what it may ask of it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware_bridge.conform.link import Heard
from firmware_bridge.conform.probe import ANSWER_S, Probe
from firmware_bridge.conform.result import NoStreamError, NotJudgedError
from firmware_bridge.wire import (
    Audio,
    Codec,
    Error,
    ErrorCode,
    Ping,
    Pong,
    ResendRequest,
    ResendUnavailable,
    Start,
    Started,
    Stop,
    Stopped,
)

RESEND_S = 2.0
_QUIET_S = 0.15
_RESEND_TRIES = 3


def new_stream_id() -> int:
    """At random, and not 0."""
    return secrets.randbelow(0xFFFF) + 1


@dataclass(frozen=True, slots=True)
class Resent:
    """What came for one RESEND_REQUEST."""

    packets: tuple[Audio, ...]
    unavailable: tuple[ResendUnavailable, ...]


@dataclass(frozen=True, slots=True)
class RunningStream:
    """request: the START that began it. began: the place in the link's `heard` where START was said."""

    probe: Probe
    request: Start
    started: Started
    began: int

    @classmethod
    async def begin(cls, probe: Probe, *, codec: Codec | None = None, rate_hz: int | None = None) -> "RunningStream":
        """A new stream. Raises NoStreamError where the device starts none."""
        choice = probe.choice()
        wanted = Start(new_stream_id(), codec or choice.codec, len(choice.channels), rate_hz or choice.rate_hz)
        return await cls.ask(probe, wanted)

    @classmethod
    async def ask(cls, probe: Probe, request: Start) -> "RunningStream":
        """Says START, and takes what comes of it. Raises NoStreamError where no STARTED comes."""
        began = probe.mark()
        probe.streaming = request.stream_id
        probe.send(request)
        started = await probe.expect(Started, lambda answer: answer.stream_id == request.stream_id)
        if started is None:
            refused = probe.messages(Error)
            why = f"ERROR {refused[0].code} ({refused[0].text})" if refused else "nothing"
            raise NoStreamError(f"START was answered by {why}, so there is no stream to look at (T1)")
        return cls(probe, request, started, began)

    @property
    def id(self) -> int:
        return self.request.stream_id

    @property
    def rate_hz(self) -> int:
        return self.request.rate_hz

    async def again(self) -> "RunningStream":
        """Says the same START once more. Raises NoStreamError."""
        return await RunningStream.ask(self.probe, self.request)

    async def must_resume(self) -> None:
        """Raises NotJudgedError where a stream can't be resumed at all."""
        if (await self.again()).started.first_sample == 0:
            raise NotJudgedError("a stream can't be resumed (T3)")

    def heard(self) -> list[Heard]:
        """Every frame since START was said."""
        return self.probe.link.heard[self.began :]

    def live(self) -> list[Audio]:
        """The live packets so far."""
        return [packet for packet in self._audio() if not packet.resent]

    def resent(self) -> list[Audio]:
        """The resent packets so far."""
        return [packet for packet in self._audio() if packet.resent]

    def _audio(self) -> list[Audio]:
        messages = (one.message for one in self.heard())
        return [m for m in messages if isinstance(m, Audio) and m.stream_id == self.id]

    async def listen(self, seconds: float) -> list[Audio]:
        """The live packets so far, after that time. Raises NoStreamError where there are none."""
        await self.probe.listen(seconds)
        return self.some_live()

    def some_live(self) -> list[Audio]:
        """The live packets so far. Raises NoStreamError where there are none."""
        live = self.live()
        if not live:
            raise NoStreamError("no live audio came that can be understood (F2, T1)")
        return live

    async def resend(self, first: int, samples: int, enough: Callable[[Resent], bool] = lambda _: True) -> Resent:
        """What the device sends for a range, once it is quiet again; asked anew, as a host does (R6), until `enough`.

        Quiet: no resent packet for 150 ms; at most 2 s.
        """
        answer = Resent((), ())
        for _ in range(_RESEND_TRIES):
            answer = await self._resend_once(first, samples)
            if enough(answer):
                break
        return answer

    async def _resend_once(self, first: int, samples: int) -> Resent:
        probe = self.probe
        probe.mark()
        probe.send(ResendRequest(self.id, first, samples))
        count, waited_s = -1, 0.0
        while waited_s < RESEND_S and count != (count := self._answers()):
            await probe.listen(_QUIET_S)
            waited_s += _QUIET_S
        resent = [packet for packet in probe.messages(Audio) if packet.resent and packet.stream_id == self.id]
        return Resent(tuple(resent), tuple(probe.messages(ResendUnavailable)))

    def _answers(self) -> int:
        return sum(packet.resent for packet in self.probe.messages(Audio))

    async def stop(self) -> Stopped | None:
        """Says STOP; the answer, if there is one in time."""
        self.probe.mark()
        self.probe.send(Stop(self.id))
        return await self.probe.expect(Stopped, lambda answer: answer.stream_id == self.id)

    def with_rate(self, rate_hz: int) -> Start:
        """The same START, but for its rate."""
        return replace(self.request, rate_hz=rate_hz)


async def still_in_session(probe: Probe) -> str | None:
    """Whether the device is there and the session holds: None, or what is wrong. Begins no session of its own.

    Asked by PING and by STOP of a stream that there is not: one answer is enough, unless it is ERROR 5.
    """
    probe.mark()
    probe.send(Ping(0x5E7), Stop(new_stream_id()))
    pong = await probe.expect(Pong, lambda answer: answer.token == 0x5E7, ANSWER_S)
    stopped = await probe.expect(Stopped, within_s=ANSWER_S)
    if any(error.code == ErrorCode.NO_SESSION for error in probe.messages(Error)):
        return "it then answers ERROR 5: the session has ended"
    return None if pong or stopped else "it then answers neither PING nor STOP"
