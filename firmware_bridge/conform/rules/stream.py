"""Rules T, the first half: how a stream begins and goes on."""

from dataclasses import replace
from itertools import pairwise

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.overheard import a_stream, indices, judge_time, times_s
from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import NoStreamError, NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import RunningStream, new_stream_id
from firmware_bridge.wire import Audio, Codec, Error, Start, Started

_SLACK_S = 0.5
"""What a link and a device may take between a sample and what is said of it."""

_REFUSALS = {2, 3, 4}
_AWAY_S = 1.0
_JUMP_S = 0.005


async def begins_at_zero(probe: Probe) -> str:
    try:
        overheard = await probe.once(a_stream)
    except NoStreamError as error:
        raise RuleBrokenError("START with a new id began no stream", str(error)) from None
    asked, started = probe.choice(), overheard.started
    if (started.codec, started.rate_hz, started.channels) != (asked.codec, asked.rate_hz, len(asked.channels)):
        raise RuleBrokenError("STARTED names another codec, rate or number of channels than START", str(started))
    if started.first_sample != 0:
        raise RuleBrokenError("a new stream does not begin at sample 0", f"STARTED says {started.first_sample}")
    if not any(one.frame.fault or one.frame.body[1] == Audio.TYPE for one in overheard.heard):
        raise RuleBrokenError("STARTED was said, and no AUDIO came")
    first = overheard.packets()[0]
    if first.sequence == 0 and first.first_sample != 0:
        raise RuleBrokenError("the first packet does not begin at sample 0", f"it begins at {first.first_sample}")
    if overheard.before is not None and started.device_time_us < overheard.before.received_us:
        raise RuleBrokenError("the first sample was taken before START came", f"at {started.device_time_us} us")
    return f"sample 0, {len(overheard.packets())} packets in all"


async def each_begins_at_zero(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.3)
    second = await RunningStream.begin(probe)
    if second.started.first_sample != 0:
        raise RuleBrokenError(
            "a new id in mid-stream does not begin a stream at sample 0", f"STARTED says {second.started.first_sample}"
        )
    return "sample 0 again"


async def counted_in_time(probe: Probe) -> str:
    overheard = await probe.once(a_stream)
    judge_time(overheard)
    packets = overheard.packets()
    for one, following in pairwise(packets):
        if following.first_sample < one.first_sample + one.samples:
            seen = f"{one.first_sample} + {one.samples}, then {following.first_sample}"
            raise RuleBrokenError("one index names two samples", seen)
    late_s = times_s(packets) - (indices(packets) - packets[0].first_sample) / overheard.started.rate_hz
    steps_s = abs(late_s[1:] - late_s[:-1])
    if steps_s.size and steps_s.max() > _JUMP_S:
        at = packets[int(steps_s.argmax()) + 1].first_sample
        raise RuleBrokenError(
            "indices do not go with the time at which samples were taken",
            f"at sample {at} they differ by {1000 * steps_s.max():.1f} ms more than before",
        )
    return f"index and device time within {1000 * (late_s.max() - late_s.min()):.1f} ms"


async def start_repeated_resumes(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    before = (await stream.listen(0.4))[-1]
    end = before.first_sample + before.samples
    resumed = await stream.again()
    first = resumed.started.first_sample
    if not end <= first <= end + _SLACK_S * stream.rate_hz:
        raise RuleBrokenError(
            "START said again does not resume at the next sample to be taken", f"audio up to {end}, STARTED at {first}"
        )
    after = await resumed.listen(0.3)
    later = [packet for packet in after if packet.first_sample >= first]
    if not later:
        raise RuleBrokenError(f"after a START said again no audio from sample {first} on came")
    if later[0].sequence < before.sequence:
        raise RuleBrokenError("a stream that is resumed counts its packets anew", f"sequence {later[0].sequence}")
    return f"audio up to {end}, STARTED at {first}"


async def changed_begins_anew(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    changed = _changed(probe, stream)
    await stream.listen(0.3)
    anew = await RunningStream.ask(probe, changed)
    if anew.started.first_sample != 0:
        raise RuleBrokenError(
            "START with the same id and another rate or codec does not begin at sample 0",
            f"STARTED at {anew.started.first_sample}",
        )
    return "begins at sample 0"


def _changed(probe: Probe, stream: RunningStream) -> Start:
    rates = [rate for rate in probe.known().rates_hz if rate != stream.rate_hz]
    codecs = [codec for codec in probe.known().codecs if codec != stream.request.codec]
    if rates:
        return stream.with_rate(rates[0])
    if codecs:
        return replace(stream.request, codec=codecs[0])
    raise NotJudgedError("the device has one rate and one codec")


async def goes_on_alone(probe: Probe) -> str:
    """The link is closed and opened, or on a serial line a new session begun: the stream must be there."""
    ring_s = probe.known().ring_samples / probe.choice().rate_hz
    if not ring_s:
        raise NotJudgedError("the device has no ring, so it may stop at once")
    stream = await RunningStream.begin(probe)
    await stream.listen(0.3)
    await stream.must_resume()
    left_ns = probe.clock.monotonic_ns()
    await probe.reopen(after_s=min(_AWAY_S, ring_s / 2))
    await probe.greet()
    away_s = (probe.clock.monotonic_ns() - left_ns) / 1e9
    back = await stream.again()
    first = back.started.first_sample / stream.rate_hz
    seen = f"away for {away_s:.2f} s, STARTED at {first:.2f} s"
    if not away_s <= first + 0.1 or first > 0.3 + away_s + _SLACK_S:
        raise RuleBrokenError("a device that lost its client did not go on sampling", seen)
    return seen


async def refuses_what_it_cannot(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.2)
    for what, request in _impossible(probe, stream.request).items():
        probe.mark()
        probe.send(request)
        refused = await probe.expect(Error)
        if probe.messages(Started):
            raise RuleBrokenError(f"START with {what} is answered by STARTED")
        if refused is None or refused.code not in _REFUSALS:
            said = f"ERROR {refused.code}" if refused else "nothing"
            raise RuleBrokenError(f"START with {what} needs ERROR 2, 3 or 4", f"answered by {said}")
    before = len(stream.some_live())
    await probe.listen(0.4)
    if len(stream.live()) == before:
        raise RuleBrokenError("after a START that was refused the stream does not go on")
    return "refused, and the stream goes on"


def _impossible(probe: Probe, possible: Start) -> dict[str, Start]:
    new = replace(possible, stream_id=new_stream_id())
    known = probe.known()
    tries = {
        "a rate that is not offered": replace(new, rate_hz=max(known.rates_hz) + 1),
        "a rate of 0": replace(new, rate_hz=0),
        "more channels than there are": replace(new, channels=len(known.channels) + 1),
        "no channel": replace(new, channels=0),
        "the stream id 0": replace(new, stream_id=0),
    }
    if missing := set(Codec) - known.codecs:
        tries["a codec that is not offered"] = replace(new, codec=min(missing))
    return tries


CHECKS = (
    Check("T1", "a new stream begins at sample 0, after START", begins_at_zero),
    Check("T1", "each new id begins a stream at sample 0", each_begins_at_zero),
    Check("T2", "indices count time", counted_in_time),
    Check("T3", "START said again resumes", start_repeated_resumes),
    Check("T3", "START with something changed begins anew", changed_begins_anew),
    Check("T4", "a device that loses its client goes on sampling", goes_on_alone),
    Check("T5", "a START that can't be done is refused", refuses_what_it_cannot),
)
