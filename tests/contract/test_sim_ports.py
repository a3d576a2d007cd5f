"""Every port of the simulator is the same device: through each, the bridge's own sources get the same samples."""

import asyncio
import os
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from firmware_bridge.source import BridgeSource
from hw_sim.device import Device
from hw_sim.faults import BitFlips, Disconnect, Duplication, Jitter, Loss, Reordering, Stall
from hw_sim.heart import Heart, Wish, scenario
from hw_sim.pace import Pace
from hw_sim.ports.choose import has_pty, port_of
from hw_sim.ports.memory import MemoryOpener
from hw_sim.recipe import Recipe
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError
from stetho.source import ContactChange, HoleFate, LinkChange, LinkState, open_uri
from stetho.stream import Chunk, Origin

PORTS = ["memory", "tcp", *(["pty"] if has_pty() else [])]
# Where a test takes seconds, the fast set takes the last port alone: the one with the most between device and host.
ONE_PORT = [*(pytest.param(kind, marks=pytest.mark.slow) for kind in PORTS[:-1]), PORTS[-1]]


class MemoryPort:
    """A memory port that looks like the others: its sources share one device."""

    def __init__(self, device: Device, pace: Pace) -> None:
        self._opener = MemoryOpener(device, pace)

    def source(self) -> BridgeSource:
        return BridgeSource(self._opener, DeviceUri.parse("sim://here"))


@asynccontextmanager
async def reachable(kind: str, device: Device, speed: float = 0.0):
    """Gives a function that makes a new source for the device."""
    pace = Pace(speed)
    if kind == "memory":
        yield MemoryPort(device, pace).source
        return
    async with port_of(kind, device, pace) as port:
        yield lambda: open_uri(port.address)


async def take(source, stop_after: int | None = None) -> SimpleNamespace:
    """Streams to the end, or stops after that many live samples."""
    archive: list[Chunk] = []
    holes: list = []
    heard = SimpleNamespace(info=await source.open(), items=[], chunks=[])

    def keep(chunk, its_holes) -> None:
        archive.append(chunk)
        holes.extend(its_holes)

    async for item in source.stream(keep):
        (heard.chunks if isinstance(item, Chunk) else heard.items).append(item)
        if stop_after is not None and sum(map(len, heard.chunks)) >= stop_after:
            break
    await source.close()
    heard.statistics, heard.holes = source.statistics(), holes
    heard.pcm = np.concatenate([pcm(chunk) for chunk in archive]) if archive else np.zeros(0)
    return heard


def is_link(path: str) -> bool:
    return Path(path).is_symlink()


def pcm(chunk: Chunk) -> np.ndarray:
    return np.round(chunk.chest * 32768).astype(int)


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "heart.wav"
    soundfile.write(path, Heart(scenario("murmur", Wish(seed=31))).read(30_123), 4000, subtype="PCM_16")
    return path


@pytest.mark.parametrize("kind", PORTS)
def test_a_recording_arrives_sample_for_sample_twice_in_a_row(kind, recording):
    async def main():
        async with reachable(kind, Recipe(file=recording, seed=12).device()) as source:
            return [await take(source()) for _ in range(2)]

    for heard in asyncio.run(main()):
        assert np.array_equal(heard.pcm, soundfile.read(recording, dtype="int16")[0])
        assert np.array_equal(np.concatenate([pcm(chunk) for chunk in heard.chunks]), heard.pcm)
        assert heard.info.serial_number == "SIM-0012"
        assert heard.info.origin is Origin.REPLAYED
        assert heard.statistics.samples_lost == 0
        states = [item.state for item in heard.items if isinstance(item, LinkChange)]
        assert states == [LinkState.STREAMING, LinkState.ENDED]
        touches = [(i.touching, i.at_sample) for i in heard.items if isinstance(i, ContactChange)]
        assert touches == [(True, 0), (False, 30_123)]


@pytest.mark.parametrize("kind", ONE_PORT)
@pytest.mark.parametrize("codec", ["pcm16", "adpcm"])
def test_lost_packets_are_resent_until_the_archive_is_whole(kind, codec):
    async def main():
        recipe = Recipe("clear", 5, seconds=6.0, codec=codec)
        async with reachable(kind, recipe.device()) as source:
            clean = await take(source())
        lossy = Recipe("clear", 5, seconds=6.0, codec=codec, loss=0.1)
        async with reachable(kind, lossy.device(), speed=20.0) as source:
            return clean, await take(source())

    clean, lossy = asyncio.run(main())
    assert lossy.statistics.samples_resent > 0
    assert np.array_equal(lossy.pcm, clean.pcm)
    assert {hole.fate for hole in lossy.holes} == {HoleFate.RESENT}
    if codec == "pcm16":
        assert np.array_equal(clean.pcm, Heart(scenario("clear", Wish(seed=5))).read(24_000))


@pytest.mark.parametrize("kind", PORTS)
def test_a_client_that_leaves_in_mid_stream_makes_room_for_the_next(kind):
    async def main():
        async with reachable(kind, Recipe("clear", 6).device()) as source:
            return [await take(source(), stop_after=4000) for _ in range(2)]

    truth = Heart(scenario("clear", Wish(seed=6))).read(400_000)
    for heard in asyncio.run(main()):
        assert len(heard.pcm) >= 4000
        assert np.array_equal(heard.pcm, truth[: len(heard.pcm)])


@pytest.mark.parametrize("kind", ONE_PORT)
def test_a_broken_link_is_taken_up_again_and_nothing_is_missing(kind):
    recipe = Recipe("clear", 8, seconds=12.0)
    device = Device(recipe.device().identity, recipe.programme(), (Disconnect(4_000_000, 4_000_000),))

    async def main():
        async with reachable(kind, device, speed=10.0) as source:
            return await take(source())

    heard = asyncio.run(main())
    assert np.array_equal(heard.pcm, Heart(scenario("clear", Wish(seed=8))).read(48_000))
    states = [item.state for item in heard.items if isinstance(item, LinkChange)]
    assert LinkState.LOST in states
    assert LinkState.RESUMED in states
    assert states[-1] is LinkState.ENDED


def test_a_link_that_breaks_where_time_jumps_is_back_at_once():
    recipe = Recipe("clear", 8, seconds=30.0)  # all of it fits into the ring, however far time jumps before a resend
    device = Device(recipe.device().identity, recipe.programme(), (Disconnect(4_000_000, 20_000_000),))

    async def main():
        async with reachable("memory", device) as source:
            return await take(source())

    heard = asyncio.run(main())
    assert np.array_equal(heard.pcm, Heart(scenario("clear", Wish(seed=8))).read(120_000))
    assert LinkState.RESUMED in [item.state for item in heard.items if isinstance(item, LinkChange)]


@pytest.mark.skipif(not has_pty(), reason="this system has no pty")
def test_a_pty_that_can_vanish_has_a_link_as_its_address_and_none_while_it_is_gone():
    recipe = Recipe("clear", 8, seconds=6.0)
    device = Device(recipe.device().identity, recipe.programme(), (Disconnect(1_000_000, 2_000_000),))

    async def main():
        async with port_of("pty", device, Pace(4.0)) as port:
            path = port.address.removeprefix("serial://")
            assert is_link(path)
            playing = asyncio.create_task(take(open_uri(port.address)))
            gone = False
            while not playing.done():
                gone = gone or not is_link(path)
                await asyncio.sleep(0.02)
            return path, gone, await playing

    path, gone, heard = asyncio.run(main())
    assert gone
    assert not is_link(path)
    assert np.array_equal(heard.pcm, Heart(scenario("clear", Wish(seed=8))).read(24_000))


@pytest.mark.skipif(not has_pty(), reason="this system has no pty")
def test_a_pty_that_nobody_reads_holds_little_and_serves_the_next_client():
    recipe = Recipe("clear", 9)

    async def main():
        from firmware_bridge.wire import Codec, Hello, Start, encode

        async with port_of("pty", recipe.device(), Pace(20.0)) as port:
            far = os.open(port.address.removeprefix("serial://"), os.O_RDWR | os.O_NOCTTY)
            os.write(far, encode(Hello(1)) + encode(Start(3, Codec.PCM16, 1, 4000)))
            await asyncio.sleep(0.5)  # 10 s of the device's time, unread
            assert len(port._waiting) < 65_536
            os.close(far)
            return await take(open_uri(port.address), stop_after=8000)

    heard = asyncio.run(main())
    assert np.array_equal(heard.pcm, Heart(scenario("clear", Wish(seed=9))).read(len(heard.pcm)))


def test_a_second_tcp_client_takes_the_device_over():
    async def main():
        async with port_of("tcp", Recipe("clear", 10).device(), Pace(5.0)) as port:
            playing = open_uri(port.address)
            first = asyncio.create_task(take(playing))
            while not playing.statistics().samples_received:  # noqa: ASYNC110 - a counter, which tells nobody
                await asyncio.sleep(0.01)
            silent = await asyncio.open_connection(*port.address.removeprefix("tcp://").split(":"))
            await asyncio.sleep(0.1)
            assert not first.done()
            second = await take(open_uri(port.address), stop_after=2000)
            silent[1].close()
            return await first, second

    first, second = asyncio.run(main())
    (ended,) = [i for i in first.items if isinstance(i, LinkChange) and i.state is LinkState.ENDED]
    assert "another program" in ended.reason
    assert len(second.pcm) >= 2000


def test_a_tcp_port_in_use_is_said_in_one_sentence():
    async def main():
        async with port_of("tcp", Recipe().device(), Pace()) as port:
            number = port.address.rpartition(":")[2]
            with pytest.raises(ConfigError, match=f"TCP port {number} can't be used"):
                async with port_of(f"tcp:{number}", Recipe().device(), Pace()):
                    pass

    asyncio.run(main())


@pytest.mark.parametrize("text", ["usb", "tcp:x", "tcp:99999", "pty:3"])
def test_a_port_that_is_none_is_said_in_one_sentence(text):
    with pytest.raises(ConfigError, match="choose pty, tcp or tcp:PORT"):
        port_of(text, Recipe().device(), Pace())


@pytest.mark.parametrize("kind", ONE_PORT)
def test_a_link_with_every_fault_still_gives_the_devices_own_samples(kind):
    recipe = Recipe("clear", 14, seconds=6.0)
    faults = (
        Loss(0.05, 1),
        Duplication(0.05, 2),
        Reordering(0.05, 45_000, 3),
        BitFlips(2e-5, 4),
        Jitter(30_000, 5),
        Stall(3_000_000, 500_000),
    )
    device = Device(recipe.device().identity, recipe.programme(), faults, drift_ppm=80)

    async def main():
        async with reachable(kind, device, speed=4.0) as source:
            return await take(source())

    heard = asyncio.run(main())
    assert heard.statistics.packets_duplicate > 0
    assert heard.statistics.frames_damaged > 0
    assert heard.statistics.samples_lost == 0
    assert np.array_equal(heard.pcm, Heart(scenario("clear", Wish(seed=14))).read(24_000))
