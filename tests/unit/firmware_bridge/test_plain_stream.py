"""Products that know none of our questions: drivers found by their entry points, and what becomes of their bytes."""

import asyncio
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.devices.esp32_i2s import Esp32I2s, Int16Reader
from firmware_bridge.driver import Interpreter
from firmware_bridge.drivers import driver_named, driver_names
from firmware_bridge.loss_by_clock import LossByClock
from firmware_bridge.plain_stream import ON_A_SIMULATOR, PlainDriver
from firmware_bridge.source import BridgeSource
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.products.esp32_i2s import Esp32Microphone
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError
from stetho.source import HoleFate, LinkChange, LinkState, open_uri
from stetho.stream import Chunk, Origin

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "tick-driver"
RATE_HZ = 16_000
GOLDEN = (bytes.fromhex("0000 0100 ffff ff7f 0080 3412"), [0, 1, -1, 32767, -32768, 0x1234])


def sound(samples, seed=2):
    return np.random.default_rng(seed).integers(-20_000, 20_000, samples).astype(np.int16)


def microphone(pcm, drops=None):
    left = [pcm]

    def hear(count):
        got, left[0] = left[0][:count], left[0][count:]
        return got

    return Esp32Microphone(hear, RATE_HZ, drops or {})


async def heard(source, samples):
    """Streams until the archive has that many samples that came; the items, and each archived chunk with its holes."""
    items, archived = [], []
    info = await source.open()
    try:
        async for item in source.stream(lambda chunk, holes: archived.append((chunk, holes))):
            items.append(item)
            if sum(len(chunk) - sum(len(hole.span) for hole in holes) for chunk, holes in archived) >= samples:
                await source.close()
    finally:
        await source.close()
    return info, items, archived


def esp32(pcm, drops=None, speed=1.0):
    opener = MemoryOpener(microphone(pcm, drops), Pace(speed))
    return BridgeSource(opener, DeviceUri.parse("sim://murmur?driver=esp32_i2s"))


def test_ours_are_registered_by_the_door_that_is_anyone_s():
    assert {"stetho_link", "esp32_i2s"} <= set(driver_names())
    assert isinstance(driver_named("esp32_i2s", ""), Esp32I2s)
    assert isinstance(Esp32I2s().decoder(), Interpreter)


def test_a_driver_that_nobody_registered_is_one_sentence():
    with pytest.raises(
        ConfigError, match=r"driver='eko' in tcp://127.0.0.1:1.driver=eko is not known here; known: .*esp32_i2s"
    ):
        open_uri("tcp://127.0.0.1:1?driver=eko")


def test_golden_bytes_of_the_esp32():
    data, samples = GOLDEN
    (block,) = Int16Reader().feed(data)
    assert block.pcm.tolist() == samples
    microphone_says = Esp32Microphone(lambda n: np.resize(np.array(samples, np.int16), n), RATE_HZ)
    microphone_says.poll(0)
    assert microphone_says.poll(20_000)[: len(data)] == data


@given(st.lists(st.integers(0, 9), max_size=60), st.binary(max_size=200))
def test_any_split_of_the_bytes_gives_the_same_samples(cuts, data):
    reader, at, parts = Int16Reader(), 0, []
    for cut in [*cuts, len(data)]:
        parts += [block.pcm for block in reader.feed(data[at : at + cut])]
        at += cut
    whole = np.concatenate([np.zeros(0, np.int16), *parts])
    assert whole.astype("<i2").tobytes() == data[: len(data) // 2 * 2]


async def test_every_sample_of_an_esp32_comes_once_and_it_says_on_what_its_driver_was_tested():
    pcm = sound(2 * RATE_HZ)
    source = esp32(pcm, speed=4.0)
    info, items, archived = await heard(source, RATE_HZ)
    got = np.concatenate([chunk.chest for chunk, _ in archived])
    full_scale = pcm.astype(np.float32) / np.float32(32768)
    begun = next(
        at for at in range(len(pcm)) if np.array_equal(full_scale[at : at + 8], got[:8])
    )  # it streamed already
    assert got.size >= RATE_HZ
    assert np.array_equal(got, full_scale[begun : begun + got.size])
    assert info.driver == "esp32_i2s"
    assert ON_A_SIMULATOR in info.product
    assert (info.origin, info.calibration_id, source.spec().rate_hz) == (Origin.SIMULATED, None, RATE_HZ)
    links = [item.state for item in items if isinstance(item, LinkChange)]
    assert (links[0], links[-1]) == (LinkState.STREAMING, LinkState.ENDED)


@pytest.mark.slow
async def test_what_an_esp32_lost_is_a_gap_of_its_size_by_the_clock():
    lost = 3 * RATE_HZ // 10
    pcm = sound(6 * RATE_HZ)
    _, items, archived = await heard(esp32(pcm, {100: lost}), 4 * RATE_HZ)
    holes = [hole for _, found in archived for hole in found]
    assert [hole.fate for hole in holes] == [HoleFate.LOST] * len(holes)
    assert abs(sum(len(hole.span) for hole in holes) - lost) < RATE_HZ // 50
    assert 2 * RATE_HZ <= holes[0].span.start <= 4 * RATE_HZ
    chunks = [item for item in items if isinstance(item, Chunk)]
    assert any(b.start - a.stop > lost // 2 for a, b in pairwise(chunks))


def arrivals(delays_s, rate_hz=RATE_HZ, samples=320):
    """What the clock says is missing, for packets that come so late each."""
    clock, first, missing = LossByClock(rate_hz), 0, []
    for number, delay_s in enumerate(delays_s):
        now_ns = int(((number + 1) * samples / rate_hz + delay_s) * 1e9)
        lost = clock.missing_before(first, samples, now_ns)
        missing.append(lost)
        first += samples + lost
    return missing


def test_a_link_that_stood_still_and_caught_up_lost_nothing():
    still = [0.0] * 100 + [(50 - n) * 0.02 for n in range(50)] + [0.0] * 200
    assert sum(arrivals(still)) == 0


def test_a_loss_is_told_from_jitter_and_a_rate_that_is_a_bit_off():
    jitter = np.random.default_rng(3).exponential(0.01, 1000)
    drift = np.arange(1000) * 0.02 * 300e-6
    assert sum(arrivals(jitter + drift)) == 0
    after = jitter + np.where(np.arange(1000) >= 500, 0.25, 0.0)
    assert abs(sum(arrivals(after)) - 0.25 * RATE_HZ) < 0.01 * RATE_HZ


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1?driver=esp32_i2s&rate=7", "serial:///dev/null?driver=esp32_i2s"]
)
def test_what_an_esp32_can_t_be_asked_is_refused(address):
    with pytest.raises(ConfigError):
        Esp32I2s().choose(_said(Esp32I2s()), DeviceUri.parse(address))


def _said(driver: PlainDriver):
    from firmware_bridge.wire import Hello

    (capabilities,) = driver.decoder().answer(Hello(5), 0)
    return capabilities


@pytest.fixture(scope="module")
def tick(tmp_path_factory):
    """Somebody else's distribution, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
    done = subprocess.run([*pip, "--target", str(folder), str(EXAMPLE)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield driver_named("tick", "")
        sys.modules.pop("tick_driver", None)


def frame(number, pcm):
    body = b"\xa5\x5a" + bytes((number % 256,)) + pcm.astype("<i2").tobytes()
    return body + bytes((sum(body) % 256,))


class TickDevice:
    """Speaks the Tick's bytes over memory: frames after G, none after S; loses some, and sends noise in between."""

    def __init__(self, pcm, lose=()):
        self.frames = [frame(n, pcm[n * 40 : n * 40 + 40]) for n in range(len(pcm) // 40)]
        self.lose, self.heard, self.receiver = lose, b"", None

    async def open(self, receiver):
        self.receiver = receiver
        return self

    def write(self, data):
        self.heard += data
        if data == b"G":
            said = b"\xa5\xa5\x5anoise" + b"".join(f for n, f in enumerate(self.frames) if n not in self.lose)
            for at in range(0, len(said), 77):
                asyncio.get_running_loop().call_soon(self._say, said[at : at + 77])

    def _say(self, data):
        if self.receiver is not None:
            self.receiver.received(data)

    async def close(self):
        self.receiver = None


async def test_a_driver_of_somebody_else_is_found_by_its_entry_point_and_works(tick):
    lines = (EXAMPLE / "src" / "tick_driver" / "__init__.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 100
    assert "tick" in driver_names()
    pcm = sound(8000)
    device = TickDevice(pcm, lose=(50,))
    source = BridgeSource(device, DeviceUri.parse("serial:///dev/ttyUSB0?driver=tick"))
    info, _, archived = await heard(source, 7960)
    assert (info.driver, info.product, info.origin) == ("tick", f"Tick ({ON_A_SIMULATOR})", Origin.DEVICE)
    holes = [hole for _, found in archived for hole in found]
    assert [(hole.span.start, hole.span.stop) for hole in holes] == [(50 * 40, 51 * 40)]
    got = np.concatenate([chunk.chest for chunk, _ in archived])
    kept = np.r_[0:2000, 2040:8000]
    assert np.array_equal(got[kept], pcm[kept].astype(np.float32) / np.float32(32768))
    assert device.heard == b"GS"


def test_the_tick_s_golden_bytes_and_noise(tick):
    golden = bytes.fromhex("a55a07") + b"\x01\x00" * 40 + bytes(((0xA5 + 0x5A + 7 + 40) % 256,))
    reader = tick.reader()
    damaged = bytearray(golden)
    damaged[10] ^= 1
    blocks = [*reader.feed(b"\xa5" + golden[:50]), *reader.feed(golden[50:] + bytes(damaged) + golden)]
    assert [block.pcm.tolist() for block in blocks] == [[1] * 40] * 2
    assert reader.damaged >= 1


class UnpluggedOnce(TickDevice):
    """After so many frames the plug is pulled; the next link brings the rest."""

    def __init__(self, pcm, after):
        super().__init__(pcm)
        self.later, self.frames = self.frames[after:], self.frames[:after]

    def write(self, data):
        super().write(data)
        if data == b"G" and self.later:
            self.frames, self.later = self.later, []
            asyncio.get_running_loop().call_later(0.05, self._pull)

    def _pull(self):
        receiver, self.receiver = self.receiver, None
        receiver.lost("the port went away")


async def test_a_product_that_numbers_only_its_frames_comes_back_after_a_gap(tick):
    pcm = sound(8000)
    source = BridgeSource(UnpluggedOnce(pcm, after=100), DeviceUri.parse("serial:///dev/ttyUSB0?driver=tick"))
    _, items, archived = await heard(source, 8000)
    links = [item.state for item in items if isinstance(item, LinkChange)]
    assert links[:3] == [LinkState.STREAMING, LinkState.LOST, LinkState.RESUMED]
    (lost,) = {hole.fate for _, found in archived for hole in found}
    assert lost is HoleFate.LOST
    gap = sum(len(hole.span) for _, found in archived for hole in found)
    assert archived[-1][0].stop == 8000 + gap
    assert gap >= 800  # no link is back in less than 200 ms
    assert np.array_equal(archived[-1][0].chest, pcm[-40:].astype(np.float32) / np.float32(32768))
