"""`stetho devices` and `stetho info`, as a user calls them."""

import json

import pytest

from firmware_bridge import checks, uart
from firmware_bridge.announce import announced
from firmware_bridge.commands import devices as listing


@pytest.fixture
def own_runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_a_running_simulator_is_listed_and_marked(own_runtime, stetho):
    with announced("serial:///dev/pts/3", "SIM-0007"):
        table, lines = stetho("devices"), stetho("devices", "--json")
    assert "SIMULATED" in table.stdout
    assert "serial:///dev/pts/3" in table.stdout
    listed = [json.loads(line) for line in lines.stdout.splitlines()]
    assert {
        "address": "serial:///dev/pts/3",
        "description": "SIMULATED",
        "serial_number": "SIM-0007",
        "simulated": True,
        "schema": 1,
    } in listed


def test_without_a_device_devices_and_doctor_say_the_same(monkeypatch, capsys):
    for source in ("_simulators", "_ports", "_audio_inputs", "_in_the_air"):
        monkeypatch.setattr(listing, source, list)
    monkeypatch.setattr(uart, "serial_ports", list)
    listing.devices()
    (finding,) = checks._serial_ports()
    said = capsys.readouterr().out
    assert "`stetho live sim://murmur`" in said
    assert finding.advice is not None
    assert "`stetho live sim://murmur`" in finding.advice


def test_info_says_what_a_device_is(stetho):
    shown, said = stetho("info", "sim://murmur?seed=7"), stetho("info", "sim://murmur?seed=7", "--json")
    assert "SIM-0007" in shown.stdout
    assert "SIMULATED" in shown.stdout
    info = json.loads(said.stdout)
    assert info["serial_number"] == "SIM-0007"
    assert info["origin"] == "simulated"


@pytest.mark.parametrize(
    ("address", "code", "sentence"),
    [
        ("serial:///dev/ttyNONE", 3, "There is no port /dev/ttyNONE"),
        ("tcp://127.0.0.1:1", 3, "Nothing listens at 127.0.0.1:1"),
        ("tcp://192.0.2.1:9000", 2, "is another machine"),
        ("carrier-pigeon://coo", 2, "Nothing here serves carrier-pigeon://"),
        ("nonsense", 2, "is no device address"),
    ],
)
def test_info_of_what_is_not_there_is_one_sentence_and_the_right_code(stetho, address, code, sentence):
    result = stetho("info", address)
    assert result.returncode == code
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_without_bluetooth_it_is_said_in_one_sentence_and_nothing_else_fails(stetho, monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    result = stetho("info", "ble://F0:5E:00:00:00:07")
    assert result.returncode == 3
    assert "Traceback" not in result.stderr
    assert "Bluetooth" in result.stderr
    assert stetho("devices").returncode == 0


def test_over_a_simulated_radio_info_says_how_long_a_packet_is_and_live_hears_the_heart(stetho, validate):
    shown = stetho("info", "ble+sim://murmur?seed=7")
    info = json.loads(stetho("info", "ble+sim://murmur?seed=7", "--json").stdout)
    validate("info", info)
    assert "247 bytes (MTU)" in shown.stdout
    assert (info["serial_number"], info["origin"], info["mtu_bytes"]) == ("SIM-0007", "simulated", 247)
    live = stetho("live", "ble+sim://murmur?seed=7&seconds=2", "--json")
    events = [json.loads(line) for line in live.stdout.splitlines()]
    assert live.returncode == 0
    last = [event for event in events if event["event"] == "link"][-1]
    assert (last["state"], last["samples_received"]) == ("ended", 8000)
