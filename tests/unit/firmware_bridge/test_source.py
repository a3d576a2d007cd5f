"""A whole source over a scripted device: greeting, stream, faults, end."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from firmware_bridge import wire
from firmware_bridge.source import BridgeSource, open_serial, open_tcp
from stetho.device_uri import DeviceUri
from stetho.errors import (
    ConfigError,
    ConnectionLostError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnavailableError,
    OverrunError,
    UnsupportedFirmwareError,
)
from stetho.source import BatteryLevel, Chunk, ContactChange, HoleFate, LinkChange, LinkState
from stetho.stream import Origin


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """Waits of the handshake and the watchdog, shortened: a test does not wait seconds to see nothing."""
    monkeypatch.setattr("firmware_bridge.session._ANSWER_S", 0.05)
    monkeypatch.setattr("firmware_bridge.stall.STALLED_AFTER_NS", 100_000_000)
    monkeypatch.setattr("firmware_bridge.stall.GIVEN_UP_AFTER_NS", 250_000_000)


def source_of(rig, device, query=""):
    return BridgeSource(rig.MemoryOpener(device), DeviceUri.parse(f"test://device{query}"))


class Heard:
    """What came out of a source, by kind."""

    def __init__(self):
        self.items, self.archive, self.holes, self.error, self.statistics = [], [], [], None, None

    def __call__(self, chunk, holes):
        self.archive.append(chunk)
        self.holes.extend(holes)

    @property
    def chunks(self):
        return [item for item in self.items if isinstance(item, Chunk)]

    @property
    def states(self):
        return [item.state for item in self.items if isinstance(item, LinkChange)]

    @property
    def archived(self):
        return np.concatenate([chunk.chest for chunk in self.archive]) * np.float32(32768)


def listen(rig, device, query="", archive=True, stop_after=None):
    async def run():
        heard, source = Heard(), source_of(rig, device, query)
        await source.open()
        try:
            async with aclosing(source.stream(heard if archive else None)) as items:
                async for item in items:
                    heard.items.append(item)
                    if len(heard.items) == stop_after:
                        break
        except (ConnectionLostError, DeviceTimeoutError) as error:
            heard.error = error
        heard.statistics = source.statistics()
        await source.close()
        await source.close()
        return heard

    return asyncio.run(run())


def open_only(rig, device, query=""):
    async def run():
        source = source_of(rig, device, query)
        try:
            return await source.open(), source.spec()
        finally:
            await source.close()

    return asyncio.run(run())


def test_a_clean_stream_comes_whole_on_both_sides(rig):
    device = rig.Device()
    heard = listen(rig, device)
    assert heard.states == [LinkState.STREAMING, LinkState.ENDED]
    assert np.array_equal(np.concatenate([c.chest for c in heard.chunks]) * np.float32(32768), device.sound)
    assert np.array_equal(heard.archived, device.sound)
    assert heard.holes == []
    assert heard.statistics.samples_received == len(device.sound)
    assert heard.statistics.bytes_received > 2 * len(device.sound)


def test_what_the_device_says_of_itself(rig):
    info, spec = open_only(rig, rig.Device())
    assert (info.product, info.serial_number, info.codec, info.rate_hz) == ("Scripted", "T-1", "pcm16", 4000)
    assert info.battery_percent == 81
    assert info.calibration_id is None
    assert spec.origin is Origin.SIMULATED


@pytest.mark.parametrize(
    ("features", "origin"),
    [
        (wire.Feature.NONE, Origin.DEVICE),
        (wire.Feature.SIMULATED, Origin.SIMULATED),
        (wire.Feature.SIMULATED | wire.Feature.REPLAYED, Origin.REPLAYED),
    ],
)
def test_the_origin_is_what_the_device_says(rig, features, origin):
    info, spec = open_only(rig, rig.Device(capabilities=replace(rig.capabilities, features=features)))
    assert info.origin is spec.origin is origin


def test_lost_packets_are_resent_into_the_archive(rig):
    lose = frozenset({800, 1600, 1680, *range(3200, 3600, 80), 7920})
    device = rig.Device(lose=lose)
    heard = listen(rig, device)
    assert np.array_equal(heard.archived, device.sound)
    assert {hole.fate for hole in heard.holes} == {HoleFate.RESENT}
    assert sum(len(hole.span) for hole in heard.holes) == 80 * len(lose)
    assert all(a.stop <= b.start for a, b in pairwise(heard.chunks))


def test_a_broken_link_comes_back_and_the_archive_has_what_was_missed(rig):
    device = rig.Device(break_after=2400, packet_s=0.001)
    heard = listen(rig, device, "?reconnect_s=5")
    assert heard.states == [LinkState.STREAMING, LinkState.LOST, LinkState.RESUMED, LinkState.ENDED]
    assert np.array_equal(heard.archived, device.sound)
    jumps = [(a.stop, b.start) for a, b in pairwise(heard.chunks) if a.stop != b.start]
    assert jumps == [(2400, 4000)], "live goes on where the link does: what was missed is not live any more"


def test_a_device_that_falls_silent_is_said_to_be_lost_and_given_up(rig):
    device = rig.Device(silent_after=2400)
    heard = listen(rig, device, "?reconnect_s=0.6")
    assert heard.states[:3] == [LinkState.STREAMING, LinkState.STALLED, LinkState.LOST]
    assert LinkState.RESUMED not in heard.states
    assert isinstance(heard.error, ConnectionLostError)
    assert "check the cable" in str(heard.error)
    assert len(heard.archived) == 2400


def test_a_device_that_was_switched_off_goes_on_after_a_gap(rig):
    def forget(device, message):
        if isinstance(message, wire.Hello) and device.sent:
            device.stream_id = 0
        return False

    device = rig.Device(break_after=2400, packet_s=0.001, script=forget)
    heard = listen(rig, device, "?reconnect_s=5")
    assert heard.states == [LinkState.STREAMING, LinkState.LOST, LinkState.RESUMED, LinkState.ENDED]
    gap = next(b.start - a.stop for a, b in pairwise(heard.chunks) if a.stop != b.start)
    assert gap >= 800
    assert np.array_equal(heard.archived[:2400], device.sound[:2400])
    assert np.array_equal(heard.archived[-len(device.sound) :], device.sound)


def test_a_lost_stopped_message_is_asked_for(rig):
    def pong(device, message):
        if isinstance(message, wire.Ping):
            device.say(wire.Pong(message.token, wire.DeviceState.ENDED, device.stream_id, len(device.sound)))
        return False

    heard = listen(rig, rig.Device(hush=(wire.Stopped,), script=pong))
    assert heard.states[-1] is LinkState.ENDED
    assert heard.error is None


def test_stopping_early_tells_the_device_and_closes_the_ledger(rig):
    device = rig.Device(packet_s=0.002)
    heard = listen(rig, device, stop_after=20)
    assert len(heard.archived) >= 80 * 15
    assert np.array_equal(heard.archived, device.sound[: len(heard.archived)])


def test_closing_from_outside_ends_the_stream_cleanly(rig):
    async def run():
        device = rig.Device(packet_s=0.002)
        source = source_of(rig, device)
        await source.open()
        items, flows = [], asyncio.Event()

        async def consume():
            async for item in source.stream():
                items.append(item)
                if len(items) == 10:
                    flows.set()

        consumer = asyncio.create_task(consume())
        await flows.wait()
        await source.close()
        await asyncio.wait_for(consumer, 60)
        return device, items

    device, items = asyncio.run(run())
    assert any(isinstance(message, wire.Stop) for message in device.heard)
    assert items[-1] == LinkChange(LinkState.ENDED, device.sent, items[-1].t_ns, "stopped by this computer")


def test_contact_and_battery_come_in_order(rig):
    def touch(device, message):
        if not isinstance(message, wire.Start):
            return False
        device.answer(message)
        device.say(wire.Event(wire.EventKind.CONTACT_ON, device.stream_id, 800, wire.SiteCode.MV))
        device.say(wire.Battery(55))
        return True

    heard = listen(rig, rig.Device(script=touch))
    contact = next(item for item in heard.items if isinstance(item, ContactChange))
    assert contact == ContactChange(touching=True, at_sample=800, site="MV")
    before = [item for item in heard.items[: heard.items.index(contact)] if isinstance(item, Chunk)]
    assert before[-1].stop == 800
    assert BatteryLevel(55) in heard.items


def test_a_recorder_that_cannot_keep_up_is_heard_of(rig):
    def full(chunk, holes):
        raise OverrunError("the disk is too slow")

    async def run():
        source = source_of(rig, rig.Device())
        await source.open()
        try:
            async for _ in source.stream(full):
                pass
        finally:
            await source.close()

    with pytest.raises(OverrunError, match="too slow"):
        asyncio.run(run())


def test_a_slow_consumer_misses_items_and_slows_nothing(rig, monkeypatch):
    monkeypatch.setattr("firmware_bridge.live_stream._WAITING_ITEMS", 20)

    async def run():
        device, archived, chunks = rig.Device(), [], []
        source = source_of(rig, device)
        await source.open()
        async for item in source.stream(lambda chunk, holes: archived.append(chunk)):
            await asyncio.sleep(0.01)
            chunks += [item] if isinstance(item, Chunk) else []
        await source.close()
        return device, archived, chunks

    device, archived, chunks = asyncio.run(run())
    assert sum(map(len, archived)) == len(device.sound)
    assert len(chunks) < 60
    assert chunks[-1].stop == len(device.sound)


def test_a_device_that_forgot_us_before_the_start_is_greeted_again(rig):
    def forgetful(device, message):
        forgets = isinstance(message, wire.Start) and sum(isinstance(m, wire.Hello) for m in device.heard) == 1
        if forgets:
            device.say(wire.Error(wire.ErrorCode.NO_SESSION, "say HELLO first"))
        return forgets

    heard = listen(rig, rig.Device(script=forgetful))
    assert heard.states == [LinkState.STREAMING, LinkState.ENDED]
    assert heard.error is None


def test_an_event_from_nowhere_does_not_hold_back_the_others(rig):
    def touch(device, message):
        if not isinstance(message, wire.Start):
            return False
        device.answer(message)
        device.say(wire.Event(wire.EventKind.CONTACT_OFF, device.stream_id, 10**9))
        device.say(wire.Event(wire.EventKind.CONTACT_ON, device.stream_id, 400))
        return True

    heard = listen(rig, rig.Device(script=touch))
    assert [item.at_sample for item in heard.items if isinstance(item, ContactChange)] == [400, 10**9]
    assert heard.items.index(ContactChange(touching=True, at_sample=400)) < len(heard.items) // 2


# --- greetings that go wrong -----------------------------------------------------------------------------------------


def test_silence_is_no_device(rig):
    with pytest.raises(DeviceNotFoundError, match="No stetho device answers at test://device"):
        open_only(rig, rig.Device(script=lambda device, message: True))


def test_garbage_is_another_device(rig):
    def noise(device, message):
        device.write(np.random.default_rng(1).bytes(500))
        return True

    with pytest.raises(DeviceUnavailableError, match="does not speak the stetho protocol") as caught:
        open_only(rig, rig.Device(script=noise))
    assert caught.value.reason == "protocol"


@pytest.mark.parametrize("version", [2, 7])
def test_a_version_from_the_future_is_said_to_be_one(rig, version):
    def later(device, message):
        device.say(replace(rig.capabilities, version_min=version, version_max=version), version)
        return True

    with pytest.raises(UnsupportedFirmwareError, match=f"version {version} to {version}.*update stetho"):
        open_only(rig, rig.Device(script=later))


def test_a_device_that_refuses_our_version(rig):
    def refuse(device, message):
        device.say(wire.Error(wire.ErrorCode.UNSUPPORTED_VERSION, "I am from the future"))
        return True

    with pytest.raises(UnsupportedFirmwareError, match="I am from the future"):
        open_only(rig, rig.Device(script=refuse))


def test_an_answer_to_another_hello_does_not_count(rig):
    def stale(device, message):
        device.say(replace(rig.capabilities, nonce=(message.nonce + 1) % 2**32))
        return True

    with pytest.raises(DeviceUnavailableError):
        open_only(rig, rig.Device(script=stale))


def test_a_device_that_does_not_start(rig):
    heard = listen(rig, rig.Device(script=lambda device, message: isinstance(message, wire.Start)))
    assert isinstance(heard.error, DeviceTimeoutError)


def test_a_device_that_refuses_to_start(rig):
    def busy(device, message):
        if isinstance(message, wire.Start):
            device.say(wire.Error(wire.ErrorCode.BUSY, "measuring the battery"))
        return isinstance(message, wire.Start)

    with pytest.raises(DeviceUnavailableError, match="measuring the battery"):
        listen(rig, rig.Device(script=busy))


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?codec=opus", "must be one of: pcm16, adpcm"),
        ("?codec=adpcm", "does not send adpcm"),
        ("?rate=8000", "does not sample at 8000 Hz; it offers 4000"),
        ("?rate=fast", "must be a whole number"),
        ("?channels=2", "has 1 channels"),
    ],
)
def test_what_the_device_cannot_do_is_said(rig, query, sentence):
    with pytest.raises(ConfigError, match=sentence):
        open_only(rig, rig.Device(), query)


@pytest.mark.parametrize(
    ("opener", "address", "sentence"),
    [
        (open_serial, "serial:///dev/null?bauds=9600", "bauds= in .* means nothing here"),
        (open_serial, "serial:///dev/null?driver=eko", "driver='eko' .* is not known"),
        (open_serial, "serial:///dev/null?baud=fast", "must be a whole number"),
        (open_tcp, "tcp://127.0.0.1", "must name a host and a port"),
        (open_tcp, "tcp://127.0.0.1:notaport", "must name a host and a port"),
        (open_tcp, "tcp://192.0.2.7:9000", "is another machine .* not encrypted: add .remote=1"),
    ],
)
def test_addresses_with_something_wrong(opener, address, sentence):
    with pytest.raises(ConfigError, match=sentence):
        opener(DeviceUri.parse(address))
