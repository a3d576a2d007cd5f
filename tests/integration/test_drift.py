"""A simulated device whose clock drifts, behind a link that delays, through the whole source in virtual time."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from firmware_bridge.source import BridgeSource
from hw_sim.device import Device
from hw_sim.faults import Jitter
from hw_sim.heart.draw import Draw
from hw_sim.identity import Identity
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.recipe import Recipe
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.device_uri import DeviceUri
from stetho.link_statistics import ClockEstimate
from stetho.stream import Chunk

JITTER_US = 12_000
RATE_HZ = 4000


def estimates(drift_ppm: int, seed: int, seconds: int) -> dict[int, ClockEstimate]:
    """What the source says of the clocks, each ten seconds; and every capture time against the truth."""
    clock, said = VirtualClock(), dict[int, ClockEstimate]()
    device = Device(
        Identity.of_seed(seed),
        Recipe("silence", seed=seed, seconds=float(seconds)).programme(),
        (Jitter(JITTER_US, seed),),
        drift_ppm=drift_ppm,
    )

    async def listen() -> None:
        source = BridgeSource(MemoryOpener(device, Pace(1.0, clock)), DeviceUri.parse("test://drift"), clock=clock)
        await source.open()
        async with aclosing(source.stream()) as items:
            async for item in items:
                if isinstance(item, Chunk) and item.stop % (10 * RATE_HZ) == 0:
                    estimate = source.statistics().clock
                    assert estimate is not None
                    said[item.stop // RATE_HZ] = estimate
                    _holds(item, estimate, clock, drift_ppm)
        await source.close()

    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        runner.run(listen())
    return said


def _holds(chunk: Chunk, estimate: ClockEstimate, clock: VirtualClock, drift_ppm: int) -> None:
    age_ms = (clock.monotonic_ns() - chunk.t0_ns) / 1e6 - 20
    assert estimate.age_uncertainty_ms is not None
    assert -estimate.age_uncertainty_ms - 1 <= age_ms <= JITTER_US / 1000 + estimate.age_uncertainty_ms + 1
    assert estimate.drift_ppm == pytest.approx(drift_ppm, abs=estimate.drift_uncertainty_ppm)
    true_hz = RATE_HZ * (1 + drift_ppm / 1e6)
    assert estimate.rate_hz == pytest.approx(true_hz, abs=estimate.rate_uncertainty_hz)


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_clock_is_known_within_what_is_said(session_seed: int, sign: int) -> None:
    draw = Draw.of(session_seed, f"drift {sign}")
    said = estimates(sign * int(20 + 80 * draw.unit()), session_seed % 1000, 40)
    assert set(said) >= {10, 20, 30}
    uncertain = [estimate.drift_uncertainty_ppm or 0 for _, estimate in sorted(said.items())]
    assert uncertain == sorted(uncertain, reverse=True)
    assert 0 < uncertain[-1] < 600


@pytest.mark.slow
def test_five_minutes_say_the_drift_within_10_ppm(session_seed: int, heavy_count: Callable[[int], int]) -> None:
    for number in range(heavy_count(40)):
        draw = Draw.of(session_seed, f"five minutes {number}")
        drift_ppm = int(200 * draw.unit() - 100)
        said = estimates(drift_ppm, number, 301)
        assert said[300].drift_ppm == pytest.approx(drift_ppm, abs=10)
