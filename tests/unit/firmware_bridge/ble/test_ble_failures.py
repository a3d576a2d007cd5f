"""Whatever goes wrong with a radio, whatever exception it wears: one sentence with the way out, or a lost link."""

import asyncio

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
)

from firmware_bridge.ble.gatt import BATTERY_SERVICE, NORDIC_UART, STETHO, best_of, packet_bytes
from firmware_bridge.ble.link import BleLink
from firmware_bridge.ble.why import no_link, no_radio
from stetho.errors import ConfigError, ConnectionLostError, DeviceNotFoundError, DeviceUnavailableError
from stetho.source import open_uri

Reason = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("error", "reason", "sentence"),
    [
        (BleakBluetoothNotAvailableError("x", Reason.NO_BLUETOOTH), "adapter", "no Bluetooth LE adapter"),
        (BleakBluetoothNotAvailableError("x", Reason.POWERED_OFF), "adapter", "switched off"),
        (BleakBluetoothNotAvailableError("x", Reason.DENIED_BY_USER), "permission", "may not use Bluetooth"),
        (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", []), "permission", "may not use Bluetooth"),
        (BleakDBusError("org.bluez.Error.NotReady", []), "adapter", "switched off"),
        (BleakDBusError("org.bluez.Error.InProgress", []), "busy", "Another program"),
        (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", []), "adapter", "does not run on this machine"),
        (FileNotFoundError(2, "No such file or directory"), "adapter", "does not run on this machine"),
        (AssertionError(), "adapter", "AssertionError"),
    ],
)
def test_why_nothing_can_be_looked_for(error, reason, sentence):
    said = no_radio(error)
    assert isinstance(said, DeviceUnavailableError)
    assert said.reason == reason
    assert sentence in str(said)
    assert ": " in str(said)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (BleakDeviceNotFoundError("F0"), DeviceNotFoundError, "no other program or phone"),
        (BleakError("Insufficient Encryption"), DeviceUnavailableError, "paired first"),
        (BleakDBusError("org.bluez.Error.AuthenticationFailed", []), DeviceUnavailableError, "paired first"),
        (EOFError(), ConnectionLostError, "EOFError"),
        (BleakError("failed to discover services,\ndevice disconnected"), ConnectionLostError, "closer"),
    ],
)
def test_why_a_device_that_was_seen_can_not_be_had(error, kind, sentence):
    said = no_link("F0:5E:00:00:00:07", error)
    assert isinstance(said, kind)
    assert sentence in str(said)
    assert "\n" not in str(said)


class Client:
    """Of a link that is lost in mid-call, in the dress of the test's choice."""

    is_connected = True

    def __init__(self, error: BaseException | None = None) -> None:
        self.error, self.written, self.disconnected = error, [], 0
        self.max_write_without_response_size = 244

    async def write_gatt_char(self, characteristic, data, response):
        assert not response
        if self.error is not None:
            raise self.error
        self.written.append(bytes(data))

    async def disconnect(self):
        self.disconnected += 1
        raise EOFError


class Listener:
    def __init__(self) -> None:
        self.reasons = []

    def received(self, data: bytes) -> None:
        pass

    def lost(self, reason: str) -> None:
        self.reasons.append(reason)


@pytest.mark.parametrize("error", [BleakError("Not connected"), EOFError(), OSError("gone"), KeyError("/org/bluez")])
async def test_a_link_lost_in_mid_call_is_lost_once(error):
    listener, client = Listener(), Client(error)
    link = BleLink(listener)
    link.begin(client, client)
    link.write(b"hello")
    await asyncio.sleep(0.01)
    link.disconnected(client)
    link.write(b"nobody hears this")
    await link.close()
    await link.close()
    assert len(listener.reasons) == 1
    assert client.disconnected == 1


async def test_what_is_written_goes_out_whole_and_in_packets_that_fit_before_the_link_is_closed():
    listener, client = Listener(), Client()
    link = BleLink(listener)
    link.begin(client, client)
    said = [bytes([n]) * 100 for n in range(9)]
    for data in said:
        link.write(data)
    await link.close()
    assert b"".join(client.written) == b"".join(said)
    assert [len(packet) for packet in client.written] == [244, 244, 244, 168]
    assert listener.reasons == []


def test_our_own_service_is_preferred_and_a_packet_has_its_bounds():
    assert best_of([NORDIC_UART.uuid.upper(), STETHO.uuid]) is STETHO
    assert best_of([NORDIC_UART.uuid]) is NORDIC_UART
    assert best_of([BATTERY_SERVICE]) is None
    assert [packet_bytes(allowed) for allowed in (0, 20, 244, 514)] == [20, 20, 244, 512]


@pytest.mark.parametrize("address", ["ble://", "ble://F0:5E:00:00:00:07?baud=9600", "ble+sim://murmur?speed=2"])
def test_an_address_with_something_wrong_in_it_is_refused(address):
    with pytest.raises(ConfigError):
        open_uri(address)
