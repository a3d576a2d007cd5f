"""A device that floods, starves or lies about lengths: the program ends as it should, in bounded memory."""

import asyncio
import binascii
import random
import struct
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from firmware_bridge import wire
from firmware_bridge.source import BridgeSource
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.device_uri import DeviceUri
from stetho.errors import StethoError

MOST_BYTES = 96 << 20
STEP_S = 0.01
U32 = (1 << 32) - 1
U64 = (1 << 64) - 1

CAPABILITIES = wire.Capabilities(
    nonce=0,
    product="P" * 64,
    hardware="H" * 64,
    firmware="F" * 64,
    serial_number="S" * 64,
    rates_hz=(4000,),
    features=wire.Feature.SIMULATED | wire.Feature.TIME_SYNC | wire.Feature.BATTERY | wire.Feature.CONTACT_SENSOR,
    ring_samples=U32,
    calibration_id="C" * 64,
)
Behaviour = Callable[["Hostile"], Iterator[bytes]]


class Hostile:
    """An Opener, and the device behind it: polite until the stream runs, then what `behaviour` gives, step by step."""

    def __init__(self, behaviour: Behaviour, capabilities: wire.Capabilities = CAPABILITIES):
        self.behaviour, self.capabilities = behaviour, capabilities
        self.rng = random.Random(7)
        self.rate_hz = capabilities.rates_hz[0]
        self.stream_id, self.sample = 0, 0
        self.task: asyncio.Task[None] | None = None

    async def open(self, receiver):
        self.receiver, self.decoder = receiver, wire.PacketDecoder()
        return self

    def write(self, data: bytes) -> None:
        for message in self.decoder.feed(data):
            match message:
                case wire.Hello():
                    self.say(wire.Capabilities(**{**as_dict(self.capabilities), "nonce": message.nonce}))
                case wire.Start() if self.task is None or message.stream_id != self.stream_id:
                    self.stream_id = message.stream_id
                    codec, rate_hz = message.codec, message.rate_hz
                    self.say(wire.Started(self.stream_id, codec, message.channels, rate_hz, 0, 0, 0))
                    self.task = asyncio.get_running_loop().create_task(self.misbehave())
                case wire.Stop():
                    self.say(wire.Stopped(message.stream_id, wire.StopReason.REQUESTED, self.sample & U32))

    def say(self, message) -> None:
        asyncio.get_running_loop().call_soon(self.receiver.received, wire.encode(message))

    async def misbehave(self) -> None:
        for data in self.behaviour(self):
            self.receiver.received(data)
            await asyncio.sleep(STEP_S)

    async def close(self) -> None:
        if self.task is not None:
            self.task.cancel()

    def audio(self, samples: int, first: int | None = None, time_us: int = 0) -> bytes:
        first = self.sample if first is None else first
        self.sample = first + samples
        payload = self.rng.randbytes(2 * samples)
        return wire.encode(wire.Audio(self.stream_id, 0, first & U32, samples, wire.Codec.PCM16, 1, time_us, payload))


def as_dict(capabilities: wire.Capabilities) -> dict:
    return {name: getattr(capabilities, name) for name in capabilities.__slots__}


# --- what such a device does; a step each is 10 ms, in which an honest one sends 40 samples ---------------------------


def noise_without_an_end(device: Hostile) -> Iterator[bytes]:
    for _ in range(300):
        yield device.rng.randbytes(65_536).replace(b"\0", b"\1")


def zeros(device: Hostile) -> Iterator[bytes]:
    for _ in range(200):
        yield bytes(100_000)


def sound_a_hundred_times_too_fast(device: Hostile) -> Iterator[bytes]:
    for _ in range(300):
        yield b"".join(device.audio(400) for _ in range(10))


def every_second_packet(device: Hostile) -> Iterator[bytes]:
    for _ in range(1500):
        device.audio(480)
        yield device.audio(480)


def one_sample_a_packet(device: Hostile) -> Iterator[bytes]:
    for _ in range(500):
        yield b"".join(device.audio(1) for _ in range(40))


def indices_of_chance(device: Hostile) -> Iterator[bytes]:
    for _ in range(1000):
        yield device.audio(40, device.rng.choice([device.sample, device.rng.randrange(U32), device.sample + 3999]))


def backwards(device: Hostile) -> Iterator[bytes]:
    for index in range(90, -1, -1):
        yield device.audio(40, index * 40)


def leaps_that_are_believed(device: Hostile) -> Iterator[bytes]:
    for _ in range(10):
        device.sample += 3000 * device.rate_hz
        yield b"".join(device.audio(40) for _ in range(4))


def events_without_end(device: Hostile) -> Iterator[bytes]:
    for _ in range(100):
        events = []
        for _ in range(300):
            kind = device.rng.choice(list(wire.EventKind))
            events.append(wire.encode(wire.Event(kind, device.stream_id, device.rng.randrange(U32), 3, U32)))
        yield device.audio(40) + b"".join(events)


def answers_to_nothing(device: Hostile) -> Iterator[bytes]:
    for _ in range(500):
        wild = device.rng.randrange(U32)
        yield device.audio(40, time_us=device.rng.randrange(U64)) + b"".join(
            wire.encode(message)
            for message in (
                wire.ResendUnavailable(device.stream_id, wild, U32),
                wire.TimeReply(device.rng.randrange(600), U64, device.rng.randrange(U64)),
                wire.Pong(wild, 1, device.stream_id, wild),
                wire.Started(device.stream_id, wire.Codec.PCM16, 1, 4000, wild, U32, U64),
                wire.Error(wild & 0xFFFF, "E" * 64),
                wire.Battery(255),
                wire.Capabilities(**{**as_dict(device.capabilities), "nonce": wild}),
            )
        )


def an_end_far_away(device: Hostile) -> Iterator[bytes]:
    yield b"".join(device.audio(40) for _ in range(4))
    yield wire.encode(wire.Stopped(device.stream_id, wire.StopReason.ENDED, 3599 * 4000))
    yield from nothing(device)


def lengths_that_lie(device: Hostile) -> Iterator[bytes]:
    """Audio whose header says more than there is, texts longer than the frame, frames that are too long; CRC right."""
    for _ in range(1000):
        header = struct.pack("<BBHII", 1, 0x84, device.stream_id, 0, device.sample)
        samples = device.rng.choice([0, 1001, 65_535, 1000])
        short = header + struct.pack("<HBBQ", samples, device.rng.choice([0, 1, 255]), device.rng.randrange(256), 0)
        text = struct.pack("<BBHB", 1, 0x8A, 2, device.rng.choice([64, 65, 255])) + b"short"
        yield (
            device.audio(40) + frame(short + device.rng.randbytes(8)) + frame(text) + frame(bytes(5000)) + frame(b"\1")
        )


def nothing(device: Hostile) -> Iterator[bytes]:
    for _ in range(1000):
        yield b""


def one_byte_a_second(device: Hostile) -> Iterator[bytes]:
    for byte in device.audio(40):
        yield bytes([byte])
        for _ in range(99):
            yield b""


def frame(body: bytes) -> bytes:
    """COBS and CRC of anything: our own encoder refuses what is too long."""
    parts = (body + struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))).split(b"\0")
    return b"".join(bytes([min(len(part) + 1, 255)]) + part for part in parts) + b"\0"


BEHAVIOURS = [
    noise_without_an_end,
    zeros,
    sound_a_hundred_times_too_fast,
    every_second_packet,
    one_sample_a_packet,
    indices_of_chance,
    backwards,
    leaps_that_are_believed,
    events_without_end,
    answers_to_nothing,
    an_end_far_away,
    lengths_that_lie,
    nothing,
    one_byte_a_second,
]
GROWS_WITH_THE_RATE = [sound_a_hundred_times_too_fast, every_second_packet, indices_of_chance, an_end_far_away]
SAYS_NOTHING = {noise_without_an_end, zeros, nothing, one_byte_a_second}


async def listen(device: Hostile, clock: VirtualClock) -> int:
    """Listens, slowly, until the device or the bridge gives up; how many samples were saved."""
    saved = 0

    def archive(chunk, holes) -> None:
        nonlocal saved
        assert len(chunk) <= 192_000
        assert sum(len(hole.span) for hole in holes) <= len(chunk)
        saved += len(chunk)

    said = ""
    source = BridgeSource(device, DeviceUri.parse("sim://hostile?reconnect_s=3"), clock=clock)
    await source.open()
    try:
        async for _ in source.stream(archive):
            await asyncio.sleep(0.1)
    except StethoError as error:
        said = str(error)
    finally:
        await source.close()
        if device.task is not None:
            await asyncio.wait((device.task,))
            if not device.task.cancelled():
                device.task.result()
    assert "\n" not in said
    return saved


def heard(device: Hostile) -> tuple[int, int]:
    """How many samples were saved, and the most memory that was in use, in bytes."""
    clock = VirtualClock()
    wire.warm()
    tracemalloc.start()
    try:
        with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
            saved = runner.run(listen(device, clock))
        return saved, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.__name__)
def test_memory_stays_bounded_and_the_program_goes_on(behaviour):
    judge(behaviour, 4000)


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", GROWS_WITH_THE_RATE, ids=lambda behaviour: behaviour.__name__)
def test_so_it_is_at_the_highest_rate_there_is(behaviour):
    judge(behaviour, 192_000)


def judge(behaviour: Behaviour, rate_hz: int) -> None:
    capabilities = wire.Capabilities(**{**as_dict(CAPABILITIES), "rates_hz": (rate_hz,)})
    saved, peak = heard(Hostile(behaviour, capabilities))
    print(f"{behaviour.__name__} at {rate_hz} Hz: {saved} samples, {peak / 2**20:.1f} MiB")
    assert peak < MOST_BYTES
    assert bool(saved) == (behaviour not in SAYS_NOTHING)
