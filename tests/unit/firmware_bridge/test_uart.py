"""The serial transport over real pseudo-terminals; not on Windows, which has none."""

import asyncio
import os
import sys
import threading

import numpy as np
import pytest

from firmware_bridge.source import BridgeSource
from stetho.device_uri import DeviceUri
from stetho.errors import DeviceNotFoundError, DeviceUnavailableError
from stetho.source import Chunk, LinkChange, LinkState, open_uri

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals on Windows", allow_module_level=True)

import pty
import tty

from firmware_bridge.uart import UartOpener, serial_ports, why


class Port:
    """A pseudo-terminal: the test holds the device's end."""

    def __init__(self):
        self.end, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self.address = f"serial://{self.path}"

    def plug(self, device):
        """Lets a scripted device live on the device's end."""
        loop = asyncio.get_running_loop()
        device.attach(lambda data: os.write(self.end, data), self.unplug)
        loop.add_reader(self.end, lambda: device.received(os.read(self.end, 65_536)))

    def unplug(self):
        if self.end >= 0:
            asyncio.get_running_loop().remove_reader(self.end)
            self.close()

    def close(self):
        for handle in (self.end, self._slave):
            if handle >= 0:
                os.close(handle)
        self.end = self._slave = -1


@pytest.fixture
def port():
    port = Port()
    yield port
    port.close()


class Ear:
    """A Receiver that remembers."""

    def __init__(self):
        self.data, self.reason, self.heard = b"", None, asyncio.Event()

    def received(self, data):
        self.data += data
        self.heard.set()

    def lost(self, reason):
        self.reason = reason
        self.heard.set()

    async def wait(self):
        await asyncio.wait_for(self.heard.wait(), 60)
        self.heard.clear()


def test_bytes_go_both_ways_and_the_threads_end(port):
    async def run():
        ear = Ear()
        link = await UartOpener(port.path, 921_600).open(ear)
        os.write(port.end, b"to the host")
        await ear.wait()
        link.write(b"to the device")
        heard = await asyncio.to_thread(os.read, port.end, 100)
        await link.close()
        await link.close()
        return ear, heard

    ear, heard = asyncio.run(run())
    assert ear.data == b"to the host"
    assert heard == b"to the device"
    assert ear.reason is None
    assert not [t for t in threading.enumerate() if t.name.startswith("stetho-uart")]


def test_an_unplugged_port_is_lost_and_can_still_be_closed(port):
    async def run():
        ear = Ear()
        link = await UartOpener(port.path, 921_600).open(ear)
        port.close()
        await ear.wait()
        link.write(b"nobody hears this")
        await link.close()
        return ear

    assert asyncio.run(run()).reason


def test_a_device_that_reads_nothing_does_not_stop_the_loop(port):
    async def run():
        link = await UartOpener(port.path, 921_600).open(Ear())
        for _ in range(2000):
            link.write(bytes(100))
        await asyncio.wait_for(link.close(), 60)

    asyncio.run(run())


def test_a_stream_through_a_pseudo_terminal_comes_whole(rig, port):
    async def run():
        device = rig.Device(packet_s=0.001)
        port.plug(device)
        source = BridgeSource(UartOpener(port.path, 921_600), DeviceUri.parse(port.address))
        info = await source.open()
        archived, items = [], []
        async for item in source.stream(lambda chunk, holes: archived.append(chunk)):
            items.append(item)
        await source.close()
        return device, info, archived, items

    device, info, archived, items = asyncio.run(run())
    assert info.serial_number == "T-1"
    assert np.array_equal(np.concatenate([c.chest for c in archived]) * np.float32(32768), device.sound)
    assert sum(len(item) for item in items if isinstance(item, Chunk)) == len(device.sound)


def test_the_next_client_is_taken_after_one_that_died(rig, port):
    async def run():
        device = rig.Device(packet_s=0.001)
        port.plug(device)
        opener = UartOpener(port.path, 921_600)
        first = BridgeSource(opener, DeviceUri.parse(port.address))
        await first.open()
        stream = first.stream()
        await anext(stream)
        await first._connection.close()  # as if killed: no STOP is said
        await stream.aclose()
        second = BridgeSource(opener, DeviceUri.parse(port.address))
        await second.open()
        items = [item async for item in second.stream()]
        await second.close()
        return items

    items = asyncio.run(run())
    assert [item.state for item in items if isinstance(item, LinkChange)] == [LinkState.STREAMING, LinkState.ENDED]


def open_address(address):
    async def run():
        source = open_uri(address)
        try:
            await source.open()
        finally:
            await source.close()

    asyncio.run(run())


def test_a_port_that_is_not_there():
    with pytest.raises(DeviceNotFoundError, match="There is no port /dev/ttyNONE: plug the device in"):
        open_address("serial:///dev/ttyNONE")


def test_the_sentence_for_a_port_without_permission():
    error = why("/dev/ttyACM0", 921_600, PermissionError(13, "Permission denied"))
    assert isinstance(error, DeviceUnavailableError)
    assert error.reason == "permission"
    assert "dialout" in str(error)


def test_a_port_that_another_program_holds(port):
    async def run():
        link = await UartOpener(port.path, 921_600).open(Ear())
        try:
            await UartOpener(port.path, 921_600).open(Ear())
        finally:
            await link.close()

    with pytest.raises(DeviceUnavailableError, match="is in use: close the other program") as caught:
        asyncio.run(run())
    assert caught.value.reason == "busy"


def test_a_file_is_no_port(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DeviceUnavailableError, match=r"notes\.txt is no serial port"):
        open_address(f"serial://{tmp_path}/notes.txt")


def test_a_folder_is_no_port_and_is_called_one_in_words(tmp_path):
    with pytest.raises(DeviceUnavailableError) as caught:
        open_address(f"serial://{tmp_path}")
    assert str(caught.value) == f"{tmp_path} is a folder and no serial port: see `stetho devices`."


def test_what_the_system_says_is_told_in_its_words_alone():
    error = why("/dev/ttyACM0", 921_600, OSError(5, "could not open port: [Errno 5] Input/output error"))
    assert str(error) == "/dev/ttyACM0 can't be used as a serial port (Input/output error): see `stetho devices`."


def test_the_ports_of_this_machine_can_be_listed():
    assert all(port.path for port in serial_ports())
