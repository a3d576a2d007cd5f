"""Rules C: the device's clock."""

import numpy as np
import numpy.typing as npt

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.overheard import a_stream, indices, judge_time, times_s
from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import RunningStream
from firmware_bridge.wire import Feature, TimeReply, TimeRequest

_ASKED = 5
_SOON_S = 0.25
_RATE_OFF = 0.005


async def answers_at_once(probe: Probe) -> str:
    if Feature.TIME_SYNC not in probe.known().features:
        raise NotJudgedError("the device has no time sync")
    stream = await RunningStream.begin(probe)
    await stream.listen(0.3)
    trips_s: list[float] = []
    last_us = 0
    for token in range(0xC1000, 0xC1000 + _ASKED):
        asked_ns = probe.clock.monotonic_ns()
        probe.mark()
        probe.send(TimeRequest(token))
        reply = await probe.expect(TimeReply, lambda answer, token=token: answer.token == token, _SOON_S)  # type: ignore[misc]
        if reply is None:
            raise RuleBrokenError(f"in mid-stream TIME_REQUEST is not answered within {1000 * _SOON_S:.0f} ms")
        trips_s.append((probe.clock.monotonic_ns() - asked_ns) / 1e9)
        if not last_us <= reply.received_us <= reply.sent_us:
            seen = f"{last_us}, then received {reply.received_us}, sent {reply.sent_us} us"
            raise RuleBrokenError("the times of TIME_REPLY go back", seen)
        last_us = reply.sent_us
        await probe.listen(0.03)
    return f"round trips of {1000 * min(trips_s):.1f} to {1000 * max(trips_s):.1f} ms"


async def rate_is_true(probe: Probe) -> str:
    overheard = await probe.once(a_stream)
    judge_time(overheard)
    packets = overheard.packets()
    if len(packets) < 10:
        raise NotJudgedError("fewer than 10 packets came")
    rate = _slope(times_s(packets), indices(packets))
    nominal = overheard.started.rate_hz
    seen = f"{rate:.1f} Hz by the device's clock, {nominal} Hz said"
    if abs(rate / nominal - 1) > _RATE_OFF:
        raise RuleBrokenError("the rate is off by more than 0.5 %", seen)
    return seen


def _slope(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    """Least squares; 0 where x does not change."""
    x = x - x.mean()
    spread = float(x @ x)
    return float(x @ (y - y.mean())) / spread if spread else 0.0


CHECKS = (
    Check("C1", "TIME_REQUEST is answered at once, also in mid-stream", answers_at_once),
    Check("C5", "the rate is the one that is said", rate_is_true),
)
