"""Rules W: what a kind of link asks for."""

from firmware_bridge.conform.check import Check
from firmware_bridge.conform.probe import ANSWER_S, Probe
from firmware_bridge.conform.result import NotJudgedError, RuleBrokenError
from firmware_bridge.conform.running_stream import RunningStream
from stetho.errors import DeviceError


async def latest_connection(probe: Probe) -> str:
    if probe.uri.scheme != "tcp":
        raise NotJudgedError("the link is not TCP")
    stream = await RunningStream.begin(probe)
    await stream.listen(0.2)
    second = Probe(probe.opener, probe.uri, probe.clock)
    try:
        await second.open()
        found = await second.hello(ANSWER_S)
    except DeviceError as error:
        raise RuleBrokenError("a second connection is not accepted", str(error)) from None
    finally:
        await second.close()
    if found is None:
        raise RuleBrokenError("HELLO on a second connection is not answered")
    return "the second is served"


CHECKS = (Check("W2", "TCP serves the latest connection", latest_connection),)
