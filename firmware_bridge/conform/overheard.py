"""A stream listened to once, which many rules then look at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from firmware_bridge.conform.link import Heard
from firmware_bridge.conform.probe import ANSWER_S, Probe
from firmware_bridge.conform.result import NotJudgedError
from firmware_bridge.conform.running_stream import Resent, RunningStream
from firmware_bridge.wire import Audio, Capabilities, Codec, Started, Stopped, TimeReply, TimeRequest

_LISTEN_S = 1.5
_ADPCM_S = 0.6
_MOST_QUIET_S = 9.5
"""A device may end the session of a client that says nothing for 10 s (S6), and not before."""


@dataclass(frozen=True, slots=True)
class Overheard:
    """heard: every frame from START on, the answer to STOP included.

    before, after: the device's time around it, None without time sync; host_s: the host's time between the two;
    heard_between: how many frames had come when `after` was asked.
    """

    capabilities: Capabilities
    started: Started
    heard: Sequence[Heard]
    stopped: Stopped | None
    before: TimeReply | None = None
    after: TimeReply | None = None
    host_s: float = 0.0
    heard_between: int = 0

    def packets(self) -> list[Audio]:
        """The live packets, those that came twice once (A8). Raises NotJudgedError where there are none."""
        messages = dict.fromkeys(one.message for one in self.heard if isinstance(one.message, Audio))
        live = [packet for packet in messages if packet.stream_id == self.started.stream_id and not packet.resent]
        if not live:
            raise NotJudgedError("no live audio came that can be understood (F2, T1)")
        return live


@dataclass(frozen=True, slots=True)
class Quiet:
    """A stream during which the host said nothing for `seconds`; the live packets, and a resend of all of it."""

    seconds: float
    last_s: float
    packets: Sequence[Audio]
    resent: Resent


async def a_stream(probe: Probe) -> Overheard:
    """A second and a half of the stream that every host would ask for. Raises NoStreamError."""
    before = await _time(probe)
    began_ns = probe.clock.monotonic_ns()
    stream = await RunningStream.begin(probe)
    await probe.listen(_LISTEN_S)
    between = len(stream.heard())
    after = await _time(probe)
    host_s = (probe.clock.monotonic_ns() - began_ns) / 1e9
    stopped = await stream.stop()
    return Overheard(probe.known(), stream.started, stream.heard(), stopped, before, after, host_s, between)


async def an_adpcm_stream(probe: Probe) -> Overheard:
    """As much IMA-ADPCM as two packets need. Raises NotJudgedError where the device has none."""
    if Codec.IMA_ADPCM not in probe.known().codecs:
        raise NotJudgedError("the device has no IMA-ADPCM")
    stream = await RunningStream.begin(probe, codec=Codec.IMA_ADPCM)
    await probe.listen(_ADPCM_S)
    stopped = await stream.stop()
    return Overheard(probe.known(), stream.started, stream.heard(), stopped)


async def a_quiet_stream(probe: Probe) -> Quiet:
    """Says START and then nothing; asks at the end for the oldest that the ring promises."""
    stream = await RunningStream.begin(probe)
    began_ns = probe.clock.monotonic_ns()
    await probe.listen(_MOST_QUIET_S)
    packets = tuple(stream.some_live())
    last_ns = next(one.at_ns for one in reversed(stream.heard()) if one.message == packets[-1])
    oldest, half_second = _oldest_promised(probe, packets), stream.rate_hz // 2
    resent = await stream.resend(oldest, half_second, lambda answer: bool(answer.packets))
    await stream.stop()
    return Quiet(_MOST_QUIET_S, (last_ns - began_ns) / 1e9, packets, resent)


def _oldest_promised(probe: Probe, packets: Sequence[Audio]) -> int:
    """The first sample that the ring must still hold, with two packets to spare for the time that asking takes."""
    spare = packets[0].samples + packets[-1].samples
    end = packets[-1].first_sample + packets[-1].samples
    depth = probe.known().ring_samples - spare
    return max(packets[0].first_sample, end - depth)


async def _time(probe: Probe) -> TimeReply | None:
    probe.mark()
    probe.send(TimeRequest(0x71))
    return await probe.expect(TimeReply, lambda reply: reply.token == 0x71, ANSWER_S)


def judge_time(overheard: Overheard) -> None:
    """Raises NotJudgedError where the device's time has nothing to do with the host's: that is A2's affair."""
    packets = overheard.packets()
    device_s = (packets[-1].device_time_us - packets[0].device_time_us) / 1e6
    arrivals_ns = [one.at_ns for one in overheard.heard if isinstance(one.message, Audio)]
    if abs(device_s - (arrivals_ns[-1] - arrivals_ns[0]) / 1e9) > 0.2 * _LISTEN_S:
        raise NotJudgedError("the device's time is not in microseconds (A2)")


def indices(packets: Sequence[Audio]) -> npt.NDArray[np.float64]:
    """The packets' first samples, float64 (packets,)."""
    return np.array([packet.first_sample for packet in packets], float)


def times_s(packets: Sequence[Audio]) -> npt.NDArray[np.float64]:
    """The packets' device times in seconds since the first, float64 (packets,)."""
    first_us = packets[0].device_time_us  # as Python's integers: 64 bits without a sign fit into no other
    return np.array([(packet.device_time_us - first_us) / 1e6 for packet in packets], float)
