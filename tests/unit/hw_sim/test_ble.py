"""A simulated radio in virtual time: our bleak backend on one end, a simulated stethoscope on the other."""

import asyncio
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from firmware_bridge.ble.gatt import BATTERY_LEVEL, NORDIC_UART, STETHO
from firmware_bridge.ble.scan import Scan
from firmware_bridge.source import BridgeSource
from hw_sim.device import Device
from hw_sim.fault_script import parse_script
from hw_sim.heart import Heart, Wish, scenario
from hw_sim.pace import Pace
from hw_sim.ports.ble import BlePort
from hw_sim.ports.memory import MemoryOpener
from hw_sim.radio.air import Air
from hw_sim.radio.radio import SimulatedRadio
from hw_sim.radio.source import RadioOpener
from hw_sim.recipe import Recipe
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.device_uri import DeviceUri
from stetho.errors import DeviceNotFoundError
from stetho.source import HoleFate, LinkChange, LinkState
from stetho.stream import Chunk

HOST = "F0:5E:00:00:00:00"


def in_virtual_time(main):
    """Runs `main(clock)`; it and all that it starts."""
    clock = VirtualClock()
    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        return runner.run(main(clock))


def heard(device: Device, service=STETHO, query: str = "") -> SimpleNamespace:
    """Streams a device to its end over a radio of its own."""

    async def main(clock):
        opener = RadioOpener(device, Pace(1.0, clock), service)
        source = BridgeSource(opener, DeviceUri.parse(f"ble+sim://here?reconnect_s=30{query}"), clock=clock)
        archive, holes, items = [], [], []

        def keep(chunk, its) -> None:
            archive.append(chunk)
            holes.extend(its)

        try:
            info = await source.open()
            async for item in source.stream(keep):
                items.append(item)
        finally:
            await source.close()
            await opener.switch_off()
        pcm = np.concatenate([np.round(chunk.chest * 32768).astype(int) for chunk in archive])
        states = [item.state for item in items if isinstance(item, LinkChange)]
        live = sum(len(item) for item in items if isinstance(item, Chunk))
        return SimpleNamespace(
            info=info, pcm=pcm, holes=holes, states=states, live=live, statistics=source.statistics()
        )

    return in_virtual_time(main)


def device_of(seconds: float, script: str = "", **recipe) -> Device:
    made = Recipe("clear", 8, seconds=seconds, **recipe)
    plain = made.device()
    faults = parse_script(script)
    return Device(plain.identity, made.programme(), faults.faults, drift_ppm=faults.drift_ppm)


def truth(samples: int, rate_hz: int = 4000) -> np.ndarray:
    return Heart(scenario("clear", Wish(seed=8, rate_hz=rate_hz))).read(samples)


@pytest.mark.parametrize("service", [STETHO, NORDIC_UART], ids=lambda service: service.name)
def test_a_stream_arrives_sample_for_sample(service):
    stream = heard(device_of(10.0), service)
    assert np.array_equal(stream.pcm, truth(40_000))
    assert stream.live == 40_000
    assert stream.states == [LinkState.STREAMING, LinkState.ENDED]
    assert stream.info.mtu_bytes == 247
    assert stream.info.battery_percent == 87


@cache
def decoded(seconds: float) -> np.ndarray:
    """What an ADPCM stream of the same heart is over memory."""

    async def over_memory(clock):
        opener = MemoryOpener(device_of(seconds, codec="adpcm"), Pace(1.0, clock))
        source = BridgeSource(opener, DeviceUri.parse("sim://here"), clock=clock)
        archive = []
        await source.open()
        async for _ in source.stream(lambda chunk, its: archive.append(chunk)):
            pass
        await source.close()
        return np.concatenate([np.round(chunk.chest * 32768).astype(int) for chunk in archive])

    return in_virtual_time(over_memory)


def test_compressed_packets_are_the_same_as_over_any_other_link():
    stream = heard(device_of(12.0, codec="adpcm"))
    assert stream.info.codec == "adpcm"
    assert len(stream.pcm) == 48_000
    assert np.array_equal(stream.pcm, decoded(12.0))


SCRIPTS = {
    "loss": '[[fault]]\naction = "loss"\nshare = 0.1\n',
    "bit_flips": '[[fault]]\naction = "bit_flips"\nrate = 2e-5\n',
    "stall": '[[fault]]\naction = "stall"\nat = "3s"\nfor = "800ms"\n',
    "two_disconnects": (
        '[[fault]]\naction = "disconnect"\nat = "2s"\nfor = "1500ms"\n'
        '[[fault]]\naction = "disconnect"\nat = "6s"\nfor = "4s"\n'
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("codec", ["pcm16", "adpcm"])
def test_under_a_fault_script_no_sample_is_lost_unmarked(name, codec):
    clean = decoded(12.0) if codec == "adpcm" else truth(48_000)
    stream = heard(device_of(12.0, SCRIPTS[name], codec=codec))
    assert stream.statistics.samples_lost == 0
    assert {hole.fate for hole in stream.holes} <= {HoleFate.RESENT}
    assert np.array_equal(stream.pcm, clean)
    assert stream.states[-1] is LinkState.ENDED
    if name == "two_disconnects":
        assert stream.states.count(LinkState.LOST) == stream.states.count(LinkState.RESUMED) == 2
        assert stream.statistics.reconnects == 2


def test_what_the_ring_no_longer_has_stands_in_the_ledger_as_lost():
    script = (
        '[[fault]]\naction = "ring_overflow"\nat = "0s"\nfor = "20s"\ndepth = "1s"\n'
        '[[fault]]\naction = "disconnect"\nat = "3s"\nfor = "4s"\n'
    )
    stream = heard(device_of(12.0, script))
    lost = [hole for hole in stream.holes if hole.fate is HoleFate.LOST]
    missing = np.zeros(len(stream.pcm), bool)
    for hole in lost:
        missing[hole.span.start : hole.span.stop] = True
    assert np.count_nonzero(missing) > 8000
    assert np.array_equal(stream.pcm[~missing], truth(48_000)[~missing])


@pytest.mark.slow
@pytest.mark.parametrize(("codec", "rate_hz"), [("pcm16", 4000), ("adpcm", 4000), ("pcm16", 16_000)])
def test_a_long_stream_loses_nothing(codec, rate_hz, heavy_count):
    seconds = heavy_count(600)
    stream = heard(device_of(float(seconds), codec=codec, rate_hz=rate_hz))
    assert len(stream.pcm) == stream.live == seconds * rate_hz
    assert stream.statistics.samples_lost == stream.statistics.samples_resent == 0
    assert stream.holes == []


def test_what_is_on_the_air_is_seen_with_its_service_and_read_beside_the_frames():
    async def main(clock):
        device = device_of(1.0)
        air = Air()
        host = await air.switch_on("host", HOST)
        radio = SimulatedRadio(host)
        scan = Scan(radio)
        async with BlePort(device, Pace(1.0, clock), air, device.identity) as port:
            (seen,) = await scan.look_around(0.5)
            client = radio.client(seen.device, lambda client: None)
            await client.connect()
            level = await client.read_gatt_char(BATTERY_LEVEL)
            serial = await client.read_gatt_char("00002a25-0000-1000-8000-00805f9b34fb")
            none_advertised = await scan.look_around(0.5)
            await client.disconnect()
            again = await scan.look_around(0.5)
        await air.switch_off(host)
        return port.radio_address, seen, bytes(level), bytes(serial), none_advertised, again

    address, seen, level, serial, while_connected, again = in_virtual_time(main)
    assert (seen.address, seen.name, seen.service) == (address, "SIM-0008", STETHO)
    assert (level, serial) == (bytes([87]), b"SIM-0008")
    assert while_connected == []
    assert [sighting.address for sighting in again] == [address]


def test_who_is_not_there_is_not_found_and_two_may_look_at_once():
    async def main(clock):
        air = Air()
        host = await air.switch_on("host", HOST)
        scan = Scan(SimulatedRadio(host))
        looked = await asyncio.gather(
            scan.find("F0:5E:00:00:00:01", 2.0), scan.find("F0:5E:00:00:00:02", 3.0), return_exceptions=True
        )
        scanning = host.is_scanning
        await air.switch_off(host)
        return looked, scanning

    looked, scanning = in_virtual_time(main)
    assert all(isinstance(error, DeviceNotFoundError) for error in looked)
    assert "switch it on" in str(looked[0])
    assert not scanning
