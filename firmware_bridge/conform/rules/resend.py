"""Rules R: what the ring gives back."""

from itertools import pairwise

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.overheard import a_quiet_stream
from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import Resent, RunningStream, new_stream_id
from firmware_bridge.wire import Audio, ResendRequest, ResendUnavailable

_LATE_S = 0.3
_AWAY_S = 0.6
_REQUESTS = 8


async def depth(probe: Probe) -> str:
    """Asked for the oldest that there must be after 9.5 s, or as deep as the ring is."""
    _needs_ring(probe)
    quiet = await probe.once(a_quiet_stream)
    if quiet.last_s < quiet.seconds - 0.5:
        raise NotJudgedError("the session ended meanwhile (S6)")
    packets = quiet.packets
    behind = packets[-1].first_sample - packets[0].first_sample
    rate = probe.choice().rate_hz
    promised = probe.known().ring_samples
    seen = f"{min(promised, behind) / rate:.1f} s back of {promised / rate:.1f} s promised"
    if quiet.resent.unavailable or not quiet.resent.packets:
        raise RuleBrokenError("the ring does not hold what CAPABILITIES promises", f"{seen}: gone")
    return f"{seen}: there"


async def missed_while_away(probe: Probe) -> str:
    """Sent or not: what was taken while no client was there can be had."""
    _needs_ring(probe)
    stream = await RunningStream.begin(probe)
    last = (await stream.listen(0.3))[-1]
    ring_s = probe.known().ring_samples / stream.rate_hz
    await probe.reopen(after_s=min(_AWAY_S, ring_s / 2))
    await probe.greet()
    back = await stream.again()
    first = last.first_sample + last.samples
    missed = back.started.first_sample - first
    if missed <= 0:
        raise NotJudgedError("nothing was missed (T3, T4)")
    count = min(missed, stream.rate_hz // 2)
    answer = await back.resend(first, count, lambda got: _covers(got, first, first + count))
    if not _covers(answer, first, first + count):
        raise RuleBrokenError("what was taken while no client was there can't be had", _seen(answer, first, count))
    return f"{missed} samples were missed, the first {count} came again"


async def packets_of_a_range(probe: Probe) -> str:
    _needs_ring(probe)
    stream = await RunningStream.begin(probe)
    live = await stream.listen(0.6)
    for one, following, third in zip(live, live[1:], live[2:], strict=False):
        if third.first_sample == one.first_sample + one.samples + following.samples:
            break
    else:
        raise NotJudgedError("no three packets in a row came")
    first = one.first_sample + one.samples // 2
    count = third.first_sample + 1 - first
    wanted = [packet.first_sample for packet in (one, following, third)]
    answer = await stream.resend(first, count, lambda got: [p.first_sample for p in got.packets] == wanted)
    if [packet.first_sample for packet in answer.packets] != wanted:
        raise RuleBrokenError(f"packets at {wanted} hold a sample of the range", _seen(answer, first, count))
    return f"{len(wanted)} packets, in order"


async def not_taken_yet(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    live = await stream.listen(0.4)
    ahead = live[-1].first_sample + 100 * stream.rate_hz
    answer = await stream.resend(ahead, stream.rate_hz // 2)
    if answer.packets:
        raise RuleBrokenError("samples that are not taken yet were sent", _seen(answer, ahead, stream.rate_hz // 2))
    if answer.unavailable and probe.known().ring_samples:
        raise RuleBrokenError("samples that are not taken yet are not gone", f"{len(answer.unavailable)} messages")
    return "left out"


async def gone(probe: Probe) -> str:
    """Only of a ring that is short enough to be overrun in the time of a check."""
    rate, ring = probe.choice().rate_hz, probe.known().ring_samples
    wait_s = ring / rate + 0.5
    if wait_s > 8:
        raise NotJudgedError(f"the ring is {ring / rate:.0f} s deep; what it no longer holds would take too long")
    stream = await RunningStream.begin(probe)
    first = (await stream.listen(wait_s))[0]
    answer = await stream.resend(first.first_sample, first.samples, lambda got: bool(got.unavailable or got.packets))
    if first.first_sample in {packet.first_sample for packet in answer.packets} and not answer.unavailable:
        raise NotJudgedError("the ring holds more than it promises (R1), so nothing is gone yet")
    if len(answer.unavailable) != 1 or not _names(answer.unavailable[0], stream.id, first.first_sample, first.samples):
        seen = _seen(answer, first.first_sample, first.samples)
        raise RuleBrokenError("for what the ring no longer holds one RESEND_UNAVAILABLE is needed", seen)
    return "one RESEND_UNAVAILABLE"


async def live_goes_first(probe: Probe) -> str:
    _needs_ring(probe)
    stream = await RunningStream.begin(probe)
    live = await stream.listen(1.2)
    before = len(live)
    began_ns, place = probe.clock.monotonic_ns(), len(probe.link.heard)
    for number in range(_REQUESTS):
        probe.send(ResendRequest(stream.id, live[0].first_sample + number * live[0].samples, stream.rate_hz // 2))
    await probe.listen(0.8)
    arrivals = [
        one.at_ns for one in probe.link.heard[place:] if isinstance(one.message, Audio) and not one.message.resent
    ]
    if not arrivals:
        raise RuleBrokenError("while it sends again the device sends no live audio")
    longest_s = max(b - a for a, b in pairwise([began_ns, *arrivals, probe.clock.monotonic_ns()])) / 1e9
    seen = (
        f"{len(stream.live()) - before} live packets, {len(stream.resent())} resent; the longest wait {longest_s:.2f} s"
    )
    if longest_s > _LATE_S:
        raise RuleBrokenError("while it sends again the device lets live audio wait", seen)
    return seen


async def eight_at_once(probe: Probe) -> str:
    _needs_ring(probe)
    stream = await RunningStream.begin(probe)
    live = await stream.listen(0.6)
    asked = {packet.first_sample: packet.samples for packet in live[:_REQUESTS]}
    came: set[int] = set()
    for _ in range(3):
        for first in asked.keys() - came:
            probe.send(ResendRequest(stream.id, first, asked[first]))
        await probe.listen(0.4)
        came |= {packet.first_sample for packet in stream.resent()}
        if came >= asked.keys():
            return f"{len(asked)} requests at once are served"
    missing = sorted(asked.keys() - came)
    raise RuleBrokenError("of 8 requests at once some are not served", f"not at samples {missing}")


async def of_another_stream(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.3)
    other = stream.id ^ 0x0101 or 1
    return await _unavailable(probe, other)


async def of_no_stream(probe: Probe) -> str:
    return await _unavailable(probe, new_stream_id())


async def _unavailable(probe: Probe, id_: int) -> str:
    probe.mark()
    probe.send(ResendRequest(id_, 80, 160))
    gone_ = await probe.expect(ResendUnavailable, lambda answer: answer.stream_id == id_)
    if gone_ is None or not _names(gone_, id_, 80, 160):
        raise RuleBrokenError(
            "a request for a stream that there is not needs RESEND_UNAVAILABLE for its range", str(gone_ or "nothing")
        )
    return "RESEND_UNAVAILABLE for the whole range"


async def senseless(probe: Probe) -> str:
    """No sample at all, a range that ends beyond all indices, and one of 2^32 - 1 samples."""
    stream = await RunningStream.begin(probe)
    first = (await stream.listen(0.3))[-1].first_sample
    most = 0xFFFFFFFF
    probe.send(*(ResendRequest(stream.id, at, count) for at, count in ((first, 0), (most, most), (first, most))))
    await probe.listen(0.3)
    before = len(stream.live())
    await probe.listen(0.4)
    if len(stream.live()) == before:
        raise RuleBrokenError("after a request for a senseless range the stream does not go on")
    return "the stream goes on"


def _needs_ring(probe: Probe) -> None:
    if not probe.known().ring_samples:
        raise NotJudgedError("the device has no ring")


def _covers(answer: Resent, start: int, stop: int) -> bool:
    at = start
    for packet in sorted(answer.packets, key=lambda packet: packet.first_sample):
        if packet.first_sample > at:
            return False
        at = max(at, packet.first_sample + packet.samples)
    return at >= stop


def _names(gone_: ResendUnavailable, id_: int, first: int, samples: int) -> bool:
    return (gone_.stream_id, gone_.first_sample, gone_.samples) == (id_, first, samples)


def _seen(answer: Resent, first: int, count: int) -> str:
    got = ", ".join(f"{packet.first_sample} + {packet.samples}" for packet in answer.packets[:6]) or "nothing"
    gone_ = "".join(f"; gone {one.first_sample} + {one.samples}" for one in answer.unavailable[:2])
    return f"for {first} + {count}: {got}{gone_}"


CHECKS = (
    Check("R1", "the ring is as deep as promised", depth),
    Check("R1", "the ring holds what was never sent", missed_while_away),
    Check("R2", "every packet of a range is sent again, in order", packets_of_a_range),
    Check("R3", "samples not taken yet are left out", not_taken_yet),
    Check("R3", "what the ring no longer holds is said to be gone", gone),
    Check("R4", "live audio goes first", live_goes_first),
    Check("R5", "8 requests at once are served", eight_at_once),
    Check("R8", "a request for another stream is answered as gone", of_another_stream),
    Check("R8", "a request where nothing streams is answered as gone", of_no_stream),
    Check("R9", "a request for a senseless range does no harm", senseless),
)
