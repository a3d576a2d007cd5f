"""The TCP transport against a real listening socket."""

import asyncio
import socket
from functools import partial

import numpy as np
import pytest

from firmware_bridge.source import open_tcp
from firmware_bridge.tcp import TcpOpener
from stetho.device_uri import DeviceUri
from stetho.errors import ConnectionLostError, DeviceNotFoundError
from stetho.source import LinkChange, LinkState


class DeviceProtocol(asyncio.Protocol):
    """A scripted device behind a connection."""

    def __init__(self, device):
        self.device = device

    def connection_made(self, transport):
        self.device.attach(transport.write, transport.abort)

    def data_received(self, data):
        self.device.received(data)

    def connection_lost(self, exc):
        self.device.stop()


async def serve(device):
    server = await asyncio.get_running_loop().create_server(partial(DeviceProtocol, device), "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


def listen(device, query=""):
    async def run():
        server, port = await serve(device)
        source = open_tcp(DeviceUri.parse(f"tcp://127.0.0.1:{port}{query}"))
        archived, items, error = [], [], None
        await source.open()
        try:
            async for item in source.stream(lambda chunk, holes: archived.append(chunk)):
                items.append(item)
                if device.break_after is None and device.silent_after is not None:
                    server.close()
        except ConnectionLostError as lost:
            error = lost
        await source.close()
        server.close()
        await server.wait_closed()
        return archived, items, error

    return asyncio.run(run())


def states(items):
    return [item.state for item in items if isinstance(item, LinkChange)]


def test_a_stream_over_tcp_comes_whole(rig):
    device = rig.Device(packet_s=0.001)
    archived, items, _ = listen(device)
    assert states(items) == [LinkState.STREAMING, LinkState.ENDED]
    assert np.array_equal(np.concatenate([c.chest for c in archived]) * np.float32(32768), device.sound)


def test_a_connection_that_breaks_is_taken_up_again(rig):
    device = rig.Device(packet_s=0.001, break_after=2400)
    archived, items, _ = listen(device, "?reconnect_s=5")
    assert states(items) == [LinkState.STREAMING, LinkState.LOST, LinkState.RESUMED, LinkState.ENDED]
    assert np.array_equal(np.concatenate([c.chest for c in archived]) * np.float32(32768), device.sound)


def test_a_device_that_does_not_come_back_is_given_up(rig):
    async def run():
        device = rig.Device(packet_s=0.001)
        server, port = await serve(device)
        source = open_tcp(DeviceUri.parse(f"tcp://127.0.0.1:{port}?reconnect_s=0.3"))
        await source.open()
        items = []
        try:
            async for item in source.stream():
                items.append(item)
                if len(items) == 30:
                    server.close()
                    device.hang_up()
        finally:
            await source.close()
            device.items = items

    with pytest.raises(ConnectionLostError, match="did not come back in time"):
        asyncio.run(run())


def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def run():
        source = open_tcp(DeviceUri.parse(f"tcp://localhost:{port}"))
        await source.open()

    with pytest.raises(DeviceNotFoundError, match="Nothing listens at localhost"):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("tcp://127.0.0.1:9", "127.0.0.1"),
        ("tcp://localhost:9", "localhost"),
        ("tcp://[::1]:9", "::1"),
        ("tcp://192.0.2.1:9?remote=1", "192.0.2.1"),
    ],
)
def test_addresses_that_are_served(address, host):
    assert TcpOpener.of(DeviceUri.parse(address))._host == host


def test_a_device_that_reads_nothing_makes_us_keep_little():
    async def run():
        connected = asyncio.get_running_loop().create_future()

        class Deaf(asyncio.Protocol):
            def connection_made(self, transport):
                transport.pause_reading()
                connected.set_result(transport)

        server = await asyncio.get_running_loop().create_server(Deaf, "127.0.0.1", 0)

        class Ear:
            def received(self, data): ...
            def lost(self, reason): ...

        link = await TcpOpener("127.0.0.1", server.sockets[0].getsockname()[1]).open(Ear())
        far_end = await connected
        for _ in range(20_000):
            link.write(bytes(1000))
        waiting = link._stream.get_write_buffer_size()
        link._stream.abort()
        await link.close()
        far_end.abort()
        await asyncio.sleep(0)
        server.close()
        return waiting

    assert asyncio.run(run()) < 100_000
