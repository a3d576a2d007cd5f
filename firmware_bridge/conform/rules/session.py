"""Rules S: how a session begins, and what a device answers in it and outside of it."""

from collections.abc import Sequence

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.overheard import a_quiet_stream
from firmware_bridge.conform.probe import ANSWER_S, Probe
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import RunningStream, new_stream_id
from firmware_bridge.wire import (
    Audio,
    Battery,
    Capabilities,
    DeviceState,
    Error,
    ErrorCode,
    Feature,
    Hello,
    HostMessage,
    Ping,
    Pong,
    ResendRequest,
    Start,
    Stop,
    TimeReply,
    TimeRequest,
)

_TOKEN = 0xC0FFEE
_AFTER_AUDIO_S = 0.3
_NO_END = "a serial line does not tell a device that its client went away"


async def greeting(probe: Probe) -> str:
    began_ns = probe.clock.monotonic_ns()
    if not await _named(probe, 0x51):
        raise RuleBrokenError("no CAPABILITIES with the HELLO's nonce within 500 ms")
    return f"answered after {(probe.clock.monotonic_ns() - began_ns) / 1e6:.0f} ms"


async def again(probe: Probe) -> str:
    for nonce in (0, 1, 0xFFFFFFFF):
        if not await _named(probe, nonce):
            raise RuleBrokenError(f"HELLO with the nonce {nonce} is not answered with it within 500 ms")
    return "each HELLO is answered with its own nonce"


async def _named(probe: Probe, nonce: int) -> bool:
    probe.mark()
    probe.send(Hello(nonce))
    return await probe.expect(Capabilities, lambda answer: answer.nonce == nonce, ANSWER_S) is not None


async def new_session_ends_the_old(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.3)
    welcome = await probe.hello()
    if welcome is None:
        raise RuleBrokenError("a HELLO in mid-stream is not answered")
    probe.mark_at(welcome)
    await probe.listen(_AFTER_AUDIO_S)
    if probe.messages(Audio):
        raise RuleBrokenError("after a HELLO in mid-stream audio goes on without a START")
    return "answered; silent until START"


async def closed_link_ends_the_session(probe: Probe) -> str:
    if not probe.tells_of_its_end:
        raise NotJudgedError(_NO_END)
    stream = await RunningStream.begin(probe)
    await stream.listen(0.2)
    await probe.reopen()
    probe.mark()
    probe.send(Ping(_TOKEN))
    await probe.listen(_AFTER_AUDIO_S)
    if probe.messages(Audio):
        raise RuleBrokenError("audio goes on for a new client that said no HELLO")
    return "silent for the next client"


async def nothing_before_hello(probe: Probe) -> str:
    if not probe.tells_of_its_end:
        raise NotJudgedError(f"{_NO_END}, so there is no link without a session")
    choice = probe.choice()
    id_ = new_stream_id()
    await probe.reopen()
    for what in (Start(id_, choice.codec, 1, choice.rate_hz), ResendRequest(id_, 0, 80), Stop(id_)):
        await _is_refused(probe, what)
    return "ERROR 5 for each"


async def _is_refused(probe: Probe, request: HostMessage) -> None:
    probe.mark()
    probe.send(request)
    if await probe.expect(Error, lambda error: error.code == ErrorCode.NO_SESSION) is None:
        said = [type(one.message).__name__ for one in probe.heard()]
        name = type(request).__name__
        raise RuleBrokenError(f"{name} before any HELLO needs ERROR 5", f"answered by {', '.join(said) or 'nothing'}")


async def questions_in_a_session(probe: Probe) -> str:
    return await _questions_answered(probe)


async def questions_outside(probe: Probe) -> str:
    if not probe.tells_of_its_end:
        raise NotJudgedError(f"{_NO_END}, so there is no link without a session")
    await probe.reopen()
    return await _questions_answered(probe)


async def _questions_answered(probe: Probe) -> str:
    probe.mark()
    probe.send(Ping(_TOKEN))
    pong = await probe.expect(Pong, lambda answer: answer.token == _TOKEN)
    if pong is None:
        raise RuleBrokenError("PING is not answered by PONG with its token")
    if Feature.TIME_SYNC not in probe.known().features:
        return "PONG; the device has no time sync"
    probe.send(TimeRequest(_TOKEN))
    if await probe.expect(TimeReply, lambda answer: answer.token == _TOKEN) is None:
        raise RuleBrokenError("TIME_REQUEST is not answered by TIME_REPLY with its token")
    return "PONG and TIME_REPLY"


async def pong_tells_the_state(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    live = await stream.listen(0.3)
    probe.send(Ping(_TOKEN))
    pong = await probe.expect(Pong, lambda answer: answer.token == _TOKEN)
    if pong is None:
        raise NotJudgedError("PING is not answered in mid-stream; the check before says so")
    seen = f"state {pong.state}, stream {pong.stream_id}, next sample {pong.next_sample}"
    if pong.state != DeviceState.STREAMING or pong.stream_id != stream.id:
        raise RuleBrokenError(f"in mid-stream PONG does not say state 1 and stream {stream.id}", seen)
    if not live[-1].first_sample < pong.next_sample <= live[-1].first_sample + stream.rate_hz:
        raise RuleBrokenError(f"PONG's next sample does not follow the last audio, {live[-1].first_sample}", seen)
    return seen


async def patience(probe: Probe) -> str:
    quiet = await probe.once(a_quiet_stream)
    seen = f"audio for {quiet.last_s:.1f} of {quiet.seconds:g} s"
    if quiet.last_s < quiet.seconds - 0.5:
        raise RuleBrokenError("the session ended before the client had been silent for 10 s", seen)
    return seen


async def battery(probe: Probe) -> str:
    if Feature.BATTERY not in probe.known().features:
        raise NotJudgedError("the device has no battery")
    welcome = await probe.hello()
    if welcome is None:
        raise NotJudgedError("HELLO is not answered in time (S1)")
    probe.mark_at(welcome)
    level = await probe.expect(Battery)
    if level is None:
        raise RuleBrokenError("no BATTERY after CAPABILITIES, though the device has the feature")
    return f"{level.percent} %"


async def simulated(probe: Probe) -> str:
    said = Feature.SIMULATED in probe.known().features
    if not probe.simulated:
        if said:
            return "it says that it is simulated"
        raise NotJudgedError("whether samples are simulated can't be seen from outside; the device says they are not")
    if not said:
        raise RuleBrokenError("this address is a simulator's, and the device does not say that it is simulated")
    return "it says that it is simulated"


async def serial_number(probe: Probe) -> str:
    numbers = [probe.known().serial_number]
    await probe.reopen()
    for _ in range(2):
        numbers += _serial_number(await probe.hello())
    if not numbers[0].strip():
        raise RuleBrokenError("the serial number is empty")
    if len(set(numbers)) > 1:
        raise RuleBrokenError("the serial number changes", ", ".join(numbers))
    return numbers[0]


def _serial_number(found: Capabilities | None) -> Sequence[str]:
    return () if found is None else (found.serial_number,)


CHECKS = (
    Check("S1", "HELLO is answered by CAPABILITIES within 500 ms", greeting),
    Check("S1", "each HELLO is answered with its nonce", again),
    Check("S2", "HELLO in mid-stream begins a new session", new_session_ends_the_old),
    Check("S3", "the end of the link ends the session", closed_link_ends_the_session),
    Check("S4", "START, STOP and RESEND_REQUEST need a HELLO", nothing_before_hello),
    Check("S5", "PING and TIME_REQUEST are answered", questions_in_a_session),
    Check("S5", "PING and TIME_REQUEST are answered before any HELLO", questions_outside),
    Check("S5", "PONG tells the state", pong_tells_the_state),
    Check("S6", "a client that is silent for less than 10 s keeps its session", patience),
    Check("S7", "BATTERY follows CAPABILITIES", battery),
    Check("S8", "a simulated device says so", simulated),
    Check("S9", "the serial number stays the same", serial_number),
)
