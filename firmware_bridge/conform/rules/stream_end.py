"""Rules T, the second half: how a stream ends, and what is left of it."""

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import RunningStream, new_stream_id
from firmware_bridge.wire import Audio, Stop, Stopped, StopReason


async def stop_stops(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.3)
    stopped = await stream.stop()
    if stopped is None:
        raise RuleBrokenError("STOP is not answered by STOPPED")
    last = stream.some_live()[-1]
    said = next(i for i, one in enumerate(stream.heard()) if one.message == stopped)
    await probe.listen(0.3)
    if any(isinstance(one.message, Audio) and not one.message.resent for one in stream.heard()[said:]):
        raise RuleBrokenError("audio comes after STOPPED")
    end = last.first_sample + last.samples
    seen = f"audio up to {end}, STOPPED at {stopped.stop_sample}, reason {stopped.reason}"
    if abs(stopped.stop_sample - end) > max(last.samples, stream.rate_hz // 20):
        raise RuleBrokenError("STOPPED does not name the sample after the last", seen)
    if stopped.reason != StopReason.REQUESTED:
        raise RuleBrokenError("STOPPED that was asked for has another reason than 0", seen)
    return seen


async def stop_of_nothing(probe: Probe) -> str:
    id_ = new_stream_id()
    probe.mark()
    probe.send(Stop(id_))
    if await probe.expect(Stopped, lambda stopped: stopped.stream_id == id_) is None:
        raise RuleBrokenError("STOP is not answered where nothing streams")
    return "STOPPED"


async def _ended(probe: Probe) -> tuple[RunningStream, Stopped]:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.4)
    stopped = await stream.stop()
    if stopped is None:
        raise NotJudgedError("STOP is not answered (T6)")
    return stream, stopped


async def resends_after_the_end(probe: Probe) -> str:
    if not probe.known().ring_samples:
        raise NotJudgedError("the device has no ring")
    stream, _ = await _ended(probe)
    last = stream.some_live()[-1]
    answer = await stream.resend(last.first_sample, last.samples, lambda got: bool(got.packets))
    if last.first_sample not in {packet.first_sample for packet in answer.packets}:
        raise RuleBrokenError("after STOPPED the ring does not serve the last packet")
    return "the last packet is sent again"


async def stop_twice(probe: Probe) -> str:
    stream, first = await _ended(probe)
    second = await stream.stop()
    if second is None:
        raise RuleBrokenError("STOP said again is not answered")
    seen = f"STOPPED at {first.stop_sample}, then at {second.stop_sample}"
    if second.stop_sample != first.stop_sample:
        raise RuleBrokenError("STOP said again is answered with another index", seen)
    return seen


async def stop_of_another(probe: Probe) -> str:
    stream = await RunningStream.begin(probe)
    await stream.listen(0.2)
    other = stream.id ^ 0x0101 or 1
    probe.mark()
    probe.send(Stop(other))
    answered = await probe.expect(Stopped, lambda stopped: stopped.stream_id == other)
    before = len(stream.some_live())
    await probe.listen(0.4)
    if len(stream.live()) == before:
        raise RuleBrokenError("STOP of another stream ended this one")
    if answered is None:
        if await stream.stop() is None:
            raise NotJudgedError("STOP is not answered (T6)")
        raise RuleBrokenError("STOP of another stream is not answered with its id")
    return "answered, and the stream goes on"


async def start_of_an_ended_stream(probe: Probe) -> str:
    if not probe.known().ring_samples:
        raise NotJudgedError("the device has no ring, so it forgets a stream with its end")
    stream = await RunningStream.begin(probe)
    await stream.listen(0.4)
    await stream.must_resume()
    stopped = await stream.stop()
    if stopped is None:
        raise NotJudgedError("STOP is not answered (T6)")
    last = stream.some_live()[-1]
    back = await stream.again()
    again = await probe.expect(Stopped, lambda answer: answer.stream_id == stream.id)
    seen = f"STOPPED at {stopped.stop_sample}; STARTED at {back.started.first_sample}"
    if back.started.first_sample < last.first_sample:
        raise RuleBrokenError("START of a stream that has ended does not name the sample after its last", seen)
    if again is None or again.stop_sample != stopped.stop_sample:
        raise RuleBrokenError("START of a stream that has ended is not followed by the same STOPPED", seen)
    return f"{seen}; STOPPED again"


CHECKS = (
    Check("T6", "STOP ends the stream", stop_stops),
    Check("T6", "STOP is answered where nothing streams", stop_of_nothing),
    Check("T8", "resends are served after STOPPED", resends_after_the_end),
    Check("T10", "STOP said twice is answered the same", stop_twice),
    Check("T11", "STOP of another stream ends nothing", stop_of_another),
    Check("T12", "START of a stream that has ended says so again", start_of_an_ended_stream),
)
