"""Rules A: what lies in an audio message."""

from itertools import pairwise

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.overheard import Overheard, a_stream, an_adpcm_stream
from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import RunningStream
from firmware_bridge.wire import Audio, Codec
from firmware_bridge.wire.adpcm import AdpcmState, payload_bytes

_STATE_BYTES = 4
_STEPS = 89
_SLOP = 0.05
"""By how much the device's microseconds may differ from the host's, as a share: units, not quality."""


async def sequence(probe: Probe) -> str:
    packets = (await probe.once(a_stream)).packets()
    lost = packets[0].sequence
    if lost and not packets[0].first_sample:
        raise RuleBrokenError("the first packet has not sequence number 0", f"it has {lost}")
    for one, following in pairwise(packets):
        step = following.sequence - one.sequence
        seen = f"after {one.sequence} at sample {one.first_sample}: {following.sequence} at {following.first_sample}"
        if step < 1:
            raise RuleBrokenError("sequence numbers do not grow with each live packet", seen)
        if step > 1 and following.first_sample == one.first_sample + one.samples:
            raise RuleBrokenError("sequence numbers leave some out where no sample is missing", seen)
        lost += step - 1
    return f"{len(packets)} packets, {lost} of them lost by the link"


async def one_clock(probe: Probe) -> str:
    overheard = await probe.once(a_stream)
    times = [packet.device_time_us for packet in overheard.packets()]
    for one, following in pairwise(times):
        if following <= one:
            raise RuleBrokenError("the device's time does not grow", f"{one} us, then {following} us")
    before, after = overheard.before, overheard.after
    if before is None or after is None:
        return f"{(times[-1] - times[0]) / 1e6:.2f} s in audio; the device has no time sync"
    between = [one.message for one in overheard.heard[: overheard.heard_between]]
    times = [message.device_time_us for message in between if isinstance(message, Audio)]
    first, last = before.received_us, after.received_us
    seen = f"TIME_REPLY from {first} to {last} us, audio from {times[0]} to {times[-1]} us" if times else ""
    if times and not first <= times[0] <= times[-1] <= last:
        raise RuleBrokenError("audio and TIME_REPLY do not have the same clock", seen)
    return seen


async def microseconds(probe: Probe) -> str:
    overheard = await probe.once(a_stream)
    if overheard.before is None or overheard.after is None:
        raise NotJudgedError("the device has no time sync, and arrival times are no clock (C2)")
    device_s = (overheard.after.sent_us - overheard.before.sent_us) / 1e6
    seen = f"{device_s:.3f} s of the device in {overheard.host_s:.3f} s"
    if abs(device_s / overheard.host_s - 1) > _SLOP:
        raise RuleBrokenError("the device's time is not in microseconds", seen)
    return seen


async def pcm16(probe: Probe) -> str:
    if Codec.PCM16 not in probe.known().codecs:
        raise NotJudgedError("the device has no PCM16")
    overheard = await probe.once(a_stream)
    if overheard.started.codec is not Codec.PCM16:
        raise NotJudgedError("the address asks for another codec")
    return _as_started(overheard)


def _as_started(overheard: Overheard) -> str:
    """Codec and channels of every packet are those of STARTED. That the payload is long enough its decoder saw."""
    started, packets = overheard.started, overheard.packets()
    for packet in packets:
        if (packet.codec, packet.channels) != (started.codec, started.channels):
            seen = f"codec {packet.codec}, {packet.channels} channels"
            raise RuleBrokenError("audio has another codec or other channels than STARTED says", seen)
    return f"{len(packets)} packets of {packets[0].samples} samples and {len(packets[0].payload)} bytes"


async def adpcm_layout(probe: Probe) -> str:
    overheard = await probe.once(an_adpcm_stream)
    for packet in overheard.packets():
        if packet.codec is not Codec.IMA_ADPCM:
            continue
        stride = payload_bytes(1, packet.samples)
        for at in range(0, packet.channels * stride, stride):
            _check_state(packet, packet.payload[at : at + stride])
    return _as_started(overheard)


def _check_state(packet: Audio, channel: bytes) -> None:
    seen = f"sample {packet.first_sample}: {channel[:8].hex(' ')}"
    if channel[2] >= _STEPS:
        raise RuleBrokenError("an IMA-ADPCM step index is above 88", seen)
    if channel[3]:
        raise RuleBrokenError("the byte after an IMA-ADPCM step index is not 0", seen)
    if packet.samples % 2 and channel[-1] >> 4:
        raise RuleBrokenError("the last high nibble of an odd number of samples is not 0", seen)


async def adpcm_runs_on(probe: Probe) -> str:
    """The state at the head of a packet is the one that the packet before ends in: else nibbles lie."""
    packets = [p for p in (await probe.once(an_adpcm_stream)).packets() if p.codec is Codec.IMA_ADPCM]
    compared = 0
    for one, following in pairwise(packets):
        if following.first_sample != one.first_sample + one.samples:
            continue
        for expected, found in zip(_states_after(one), _states_before(following), strict=True):
            seen = f"at sample {following.first_sample}: predictor {found.predictor}, index {found.index}"
            if (found.predictor, found.index) != (expected.predictor, expected.index):
                raise RuleBrokenError(
                    f"the coder's state is predictor {expected.predictor}, index {expected.index} by then", seen
                )
            compared += 1
    if not compared:
        raise NotJudgedError("no two packets in a row came")
    return f"{compared} states go on from the packet before"


def _states_before(packet: Audio) -> list[AdpcmState]:
    stride = payload_bytes(1, packet.samples)
    heads = (packet.payload[at : at + _STATE_BYTES] for at in range(0, packet.channels * stride, stride))
    return [AdpcmState(int.from_bytes(head[:2], "little", signed=True), head[2]) for head in heads]


def _states_after(packet: Audio) -> list[AdpcmState]:
    """The predictor is the last sample; the index is stepped through the nibbles (IMA, Recommended Practices)."""
    stride = payload_bytes(1, packet.samples)
    states = []
    for channel, before in enumerate(_states_before(packet)):
        nibbles = packet.payload[channel * stride + _STATE_BYTES : (channel + 1) * stride]
        index = before.index
        for n in range(packet.samples):
            code = nibbles[n // 2] >> 4 * (n % 2) & 7
            index = min(max(index + (-1 if code < 4 else 2 * code - 6), 0), _STEPS - 1)
        states.append(AdpcmState(int(packet.pcm()[channel, -1]), index))
    return states


async def resend_is_the_same(probe: Probe) -> str:
    stream, live = await _with_ring(probe)
    wanted = {packet.first_sample: packet for packet in live[-10:]}
    first, end = live[-10:][0].first_sample, live[-1].first_sample + live[-1].samples
    answer = await stream.resend(first, end - first, lambda got: wanted.keys() <= {p.first_sample for p in got.packets})
    for packet in answer.packets:
        original = wanted.get(packet.first_sample)
        if original is not None and _content(packet) != _content(original):
            differing = [a == b for a, b in zip(_content(packet), _content(original), strict=True)].index(False)
            what = ("sequence number", "number of samples", "codec or channels", "device time", "payload")[differing]
            raise RuleBrokenError("a resent packet differs from the live one", f"sample {packet.first_sample}: {what}")
    if not any(packet.first_sample in wanted for packet in answer.packets):
        raise NotJudgedError("nothing with the same cut was sent again (R2)")
    return f"{len(answer.packets)} packets as they were"


async def twice_the_same(probe: Probe) -> str:
    stream, live = await _with_ring(probe)
    first = live[0].first_sample
    once = {packet.first_sample: packet for packet in (await stream.resend(first, stream.rate_hz // 5)).packets}
    twice = {packet.first_sample: packet for packet in (await stream.resend(first, stream.rate_hz // 5)).packets}
    both = once.keys() & twice.keys()
    if not both:
        raise NotJudgedError("nothing was sent again (R2)")
    for start in sorted(both):
        if _content(once[start]) != _content(twice[start]):
            raise RuleBrokenError("a packet that was resent twice differs", f"at sample {start}")
    return f"{len(both)} packets are twice the same"


async def _with_ring(probe: Probe) -> tuple[RunningStream, list[Audio]]:
    if not probe.known().ring_samples:
        raise NotJudgedError("the device has no ring")
    stream = await RunningStream.begin(probe)
    return stream, await stream.listen(0.5)


def _content(packet: Audio) -> tuple[object, ...]:
    cut = (packet.sequence, packet.samples, (packet.codec, packet.channels))
    return (*cut, packet.device_time_us, packet.payload)


CHECKS = (
    Check("A1", "sequence numbers begin at 0 and grow by 1", sequence),
    Check("A2", "the device's time grows, and is one clock", one_clock),
    Check("A2", "the device's time is in microseconds", microseconds),
    Check("A5", "PCM16 has its layout", pcm16),
    Check("A6", "IMA-ADPCM has its layout", adpcm_layout),
    Check("A6", "IMA-ADPCM's state goes on from packet to packet", adpcm_runs_on),
    Check("A7", "a resent packet is the live one", resend_is_the_same),
    Check("A8", "a packet that came twice is the same twice", twice_the_same),
)
