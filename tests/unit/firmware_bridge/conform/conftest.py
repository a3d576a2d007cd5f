"""The suite against simulated devices in memory, in a time that jumps: a minute of waiting takes a second of work."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from firmware_bridge.conform.probe import Probe
from firmware_bridge.conform.result import Outcome
from firmware_bridge.conform.suite import Suite, selected
from firmware_bridge.wire import warm
from hw_sim.device import Device
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.recipe import Recipe
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.device_uri import DeviceUri


def device(recipe: Recipe | None = None, **identity) -> Device:
    made = (recipe or Recipe("clear", 3)).device()
    return Device(replace(made.identity, **identity), made.programme)


def examined(a_device, *rules, uri="sim://clear") -> list:
    """The results of the suite on a device in memory."""
    warm()
    clock = VirtualClock()

    async def main() -> list:
        opener = MemoryOpener(a_device, Pace(clock=clock))
        probe = Probe(opener, DeviceUri.parse(uri), clock, simulated=True)
        results = []
        try:
            async for result in Suite(probe, selected(rules)).results():
                results.append(result)
        finally:
            await probe.close()
        return results

    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        return runner.run(main())


@pytest.fixture(scope="session")
def bench() -> SimpleNamespace:
    return SimpleNamespace(device=device, examined=examined, Outcome=Outcome)
