"""A link that breaks after the stream has ended, while the archive still misses samples."""

import asyncio
import time
from contextlib import aclosing

import numpy as np
import pytest

from firmware_bridge import wire
from firmware_bridge.source import BridgeSource
from stetho.device_uri import DeviceUri
from stetho.errors import DeviceNotFoundError
from stetho.source import HoleFate, LinkChange, LinkState
from stetho.stream import Chunk, Span

MISSED = frozenset({800, 1600, 1680})


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr("firmware_bridge.session._ANSWER_S", 0.05)


class Opener:
    """Reaches the device `openings` times."""

    def __init__(self, opener, openings):
        self.opener, self.openings = opener, openings

    async def open(self, receiver):
        self.openings -= 1
        if self.openings < 0:
            raise DeviceNotFoundError("gone")
        return await self.opener.open(receiver)


def hear(rig, device, query="?reconnect_s=1", openings=10):
    archive, items = [], []

    async def run():
        opener = Opener(rig.MemoryOpener(device), openings)
        source = BridgeSource(opener, DeviceUri.parse(f"test://device{query}"))
        await source.open()
        async with aclosing(source.stream(lambda chunk, holes: archive.append((chunk, holes)))) as stream:
            async for item in stream:
                items.append(item)
        await source.close()
        return source.statistics()

    statistics = asyncio.run(run())
    whole = np.concatenate([chunk.chest for chunk, _ in archive]) * np.float32(32768)
    holes = [hole for _, holes in archive for hole in holes]
    states = [item.state for item in items if isinstance(item, LinkChange)]
    assert states == [LinkState.STREAMING, LinkState.ENDED]
    assert max(item.stop for item in items if isinstance(item, Chunk)) == len(device.sound)
    return whole, holes, statistics


def breaking(rig, **more):
    """Loses packets, and its link when it is asked for them after the end; then it answers."""

    def script(device, message):
        if not isinstance(message, wire.ResendRequest) or sum(isinstance(m, wire.Hello) for m in device.heard) > 1:
            return False
        if device.sent == len(device.sound) and device.hang_up is not None:
            hang_up, device.hang_up = device.hang_up, None
            asyncio.get_running_loop().call_soon(hang_up)
        return True

    return rig.Device(lose=MISSED, script=script, **more)


def test_the_ring_is_asked_again_over_a_new_link(rig):
    device = breaking(rig)
    whole, holes, statistics = hear(rig, device)
    assert np.array_equal(whole, device.sound)
    assert {hole.fate for hole in holes} == {HoleFate.RESENT}
    assert (statistics.samples_lost, statistics.reconnects) == (0, 1)
    assert sum(isinstance(message, wire.Start) for message in device.heard) == 1, "START would end the ring (rule T8)"


def test_a_device_that_stays_away_is_waited_for_no_longer_than_any_other(rig):
    device = breaking(rig)
    before = time.monotonic()
    whole, holes, statistics = hear(rig, device, "?reconnect_s=0.4", openings=1)
    assert time.monotonic() - before < 5
    assert [hole.span for hole in holes] == [Span(800, 880), Span(1600, 1760)]
    assert {hole.fate for hole in holes} == {HoleFate.LOST}
    assert len(whole) == len(device.sound)
    assert not whole[800:880].any()
    assert statistics.samples_lost == 240


def test_what_the_ring_no_longer_holds_is_lost_and_said_so(rig):
    device = breaking(rig)
    device.resend = lambda first, n: device.say(wire.ResendUnavailable(device.stream_id, first, n))
    _, holes, statistics = hear(rig, device)
    assert [hole.fate for hole in holes] == [HoleFate.LOST, HoleFate.LOST]
    assert (statistics.samples_lost, statistics.reconnects) == (240, 1)


def test_a_link_that_breaks_after_all_is_there_is_not_opened_again(rig):
    device = rig.Device()
    say = device.say

    def say_and_break(message):
        say(message)
        if isinstance(message, wire.Stopped):
            asyncio.get_running_loop().call_soon(device.hang_up)

    device.say = say_and_break
    whole, _, statistics = hear(rig, device, openings=1)
    assert np.array_equal(whole, device.sound)
    assert statistics.reconnects == 0
