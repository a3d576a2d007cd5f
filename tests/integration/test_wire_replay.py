"""A link's bytes, captured and played again: the same chunks, the same ledger."""

import asyncio
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from firmware_bridge.source import BridgeSource
from firmware_bridge.wire import Capabilities, Feature, Hello, PacketDecoder, encode
from firmware_bridge.wire_capture import WireCapture, WireEvent, read_capture
from hw_sim.device import Device
from hw_sim.fault_script import parse_script
from hw_sim.fault_script.chance import random_script
from hw_sim.identity import Identity
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.recipe import Recipe
from hw_sim.replay.device import ReplayedDevice
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.device_uri import DeviceUri
from stetho.errors import ConnectionLostError, InputError
from stetho.source import HoleFate, LinkChange, LinkState
from stetho.stream import Origin

SCRIPT = """
seed = 5
drift_ppm = 80
[[fault]]
action = "loss"
share = 0.1
[[fault]]
action = "bit_flips"
rate = 2e-5
[[fault]]
action = "duplication"
share = 0.1
[[fault]]
action = "reordering"
share = 0.1
[[fault]]
action = "stall"
at = "2s"
for = "0.5s"
[[fault]]
action = "disconnect"
at = "4s"
for = "1.5s"
"""


def stream(device, clock, uri="sim://x?reconnect_s=30", wire=None, pace=None):
    """Everything that comes of a device, in virtual time: its info, the live chunks, the archive's, and the end."""
    archive, live = [], []

    async def run():
        source = BridgeSource(MemoryOpener(device, pace or Pace(1.0, clock)), DeviceUri.parse(uri), clock=clock)
        if wire is not None:
            source.capture_wire(wire)
        info = await source.open()
        lost = False
        try:
            async for item in source.stream(lambda chunk, holes: archive.append((chunk, holes))):
                live.append(item)
        except ConnectionLostError:
            lost = True
        finally:
            await source.close()
        return info, lost, source.statistics()

    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        info, lost, statistics = runner.run(run())
    return info, archive, live, lost, statistics


def said(archive):
    """The archive without its times."""
    return [(chunk.start, chunk.samples.tobytes(), chunk.concealed, chunk.spec, holes) for chunk, holes in archive]


def device_with(script, seed=7, seconds=8.0):
    parsed = parse_script(script)
    programme = Recipe("murmur", seed, seconds=seconds).programme()
    return Device(Identity.of_seed(seed), programme, parsed.faults, drift_ppm=parsed.drift_ppm)


def test_what_was_captured_gives_the_same_chunks_and_the_same_ledger(tmp_path):
    wire = tmp_path / "a.wire"
    info, archive, live, _, statistics = stream(device_with(SCRIPT), VirtualClock(), wire=wire)
    assert statistics.samples_resent
    assert statistics.frames_damaged
    assert statistics.packets_duplicate
    again = stream(ReplayedDevice.of(wire), VirtualClock())
    assert said(again[1]) == said(archive)
    kinds = [type(item) for item in live if hasattr(item, "state") or hasattr(item, "touching")]
    assert [type(item) for item in again[2] if hasattr(item, "state") or hasattr(item, "touching")] == kinds
    assert (again[4].frames_damaged, again[4].packets_duplicate) == (
        statistics.frames_damaged,
        statistics.packets_duplicate,
    )
    assert again[0].serial_number == info.serial_number
    assert again[0].origin is Origin.SIMULATED  # what was made by software stays so
    assert again[0].product == f"{info.product} (replayed)"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_random_scripts_replay_as_they_were(session_seed, heavy_count, tmp_path):
    bad = {}
    for seed in range(session_seed, session_seed + heavy_count(100)):
        script, wire = random_script(seed, 15.0), tmp_path / f"{seed}.wire"
        _, archive, _, lost, _ = stream(device_with(script, seed % 50, 15.0), VirtualClock(), wire=wire)
        _, again, _, lost_again, _ = stream(ReplayedDevice.of(wire), VirtualClock())
        if (said(again), lost_again) != (said(archive), lost):
            bad[seed] = script
        wire.unlink()
    assert not bad, "\n\n".join(f"seed {seed}:\n{script}" for seed, script in bad.items())


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """A short run with losses and a broken link, as captured; and the archive that came of it."""
    wire = tmp_path_factory.mktemp("wire") / "a.wire"
    script = (
        'seed = 2\n[[fault]]\naction = "loss"\nshare = 0.1\n[[fault]]\naction = "disconnect"\nat = "1s"\nfor = "0.5s"\n'
    )
    _, archive, *_ = stream(device_with(script, seconds=2.5), VirtualClock(), wire=wire)
    return wire, archive


def test_a_second_client_hears_it_from_the_beginning(capture):
    wire, archive = capture
    device, clock = ReplayedDevice.of(wire), VirtualClock()
    pace = Pace(1.0, clock)
    for _ in range(3):
        assert said(stream(device, clock, pace=pace)[1]) == said(archive)


def test_a_client_that_only_asks_who_is_there_takes_nothing_away(capture):
    wire, archive = capture
    device, clock = ReplayedDevice.of(wire), VirtualClock()

    async def ask():
        source = BridgeSource(MemoryOpener(device, Pace(1.0, clock)), DeviceUri.parse("sim://x"), clock=clock)
        info = await source.open()
        await source.close()
        return info.serial_number

    with asyncio.Runner(loop_factory=virtual_loop(clock)) as runner:
        assert [runner.run(ask()) for _ in range(3)] == ["SIM-0007"] * 3
    assert said(stream(device, clock)[1]) == said(archive)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.8, 0.99])
def test_a_capture_that_was_cut_is_replayed_up_to_there_and_says_that_it_ends(capture, tmp_path, share):
    wire, archive = capture
    cut = tmp_path / "cut.wire"
    cut.write_bytes(wire.read_bytes()[: 16 + int(share * wire.stat().st_size)])
    if share == 0.0:
        with pytest.raises(InputError, match="there is nothing to replay"):
            ReplayedDevice.of(cut)
        return
    _, again, live, lost, _ = stream(ReplayedDevice.of(cut), VirtualClock(), uri="sim://x?reconnect_s=3")
    samples = {chunk.start: chunk.samples.tobytes() for chunk, holes in archive}
    kept = [chunk for chunk, holes in again if not any(hole.fate is HoleFate.LOST for hole in holes)]
    assert kept
    assert all(samples.get(chunk.start) == chunk.samples.tobytes() for chunk in kept)
    assert lost or [item.state for item in live if isinstance(item, LinkChange)][-1] is LinkState.ENDED


def test_a_device_is_replayed_as_a_recording_and_never_as_itself(tmp_path):
    """What a real device said: its capabilities say nothing of a simulation."""
    hello = encode(Hello(77))
    told = encode(Capabilities(77, "P" * 64, "B2", "1.4", "EX-42", (4000,), features=Feature.NONE))
    wire = tmp_path / "a.wire"
    capture = WireCapture(wire, "serial:///dev/x")
    for event, data in ((WireEvent.OPENED, b""), (WireEvent.FROM_HOST, hello), (WireEvent.FROM_DEVICE, told)):
        capture.note(event, data)
    capture.finish()
    device = ReplayedDevice.of(wire)
    device.receive(encode(Hello(1234)), 0)
    (answer,) = PacketDecoder().feed(device.poll(10_000_000))
    assert (answer.nonce, answer.features, answer.serial_number) == (1234, Feature.REPLAYED, "EX-42")
    assert answer.product == "P" * 53 + " (replayed)"


def test_what_is_no_capture_is_told_so(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF" + bytes(100))
    for name, words in (("a.wav", "is no wire capture"), ("b.wire", "can't be read")):
        with pytest.raises(InputError, match=words):
            ReplayedDevice.of(tmp_path / name)


def test_it_is_an_address_too(capture, tmp_path, command):
    wire, archive = capture
    said = command("record", f"sim://replay?wire={wire}&speed=0", "-o", tmp_path / "a.wav")
    assert said.code == 0
    recording = soundfile.read(tmp_path / "a.wav", dtype="float32")[0]
    assert len(recording) == sum(len(chunk) for chunk, _ in archive)
    assert command("record", "sim://replay?wire=gone.wire", "-o", tmp_path / "b.wav").code == 2


def test_a_link_that_never_came_back_stays_away_and_is_there_for_the_next_client(tmp_path):
    wire, gone = tmp_path / "a.wire", '[[fault]]\naction = "disconnect"\nat = "1s"\nfor = "10min"\n'
    impatient = "sim://x?reconnect_s=5"
    _, archive, _, lost, _ = stream(device_with(gone, seconds=3.0), VirtualClock(), impatient, wire)
    device, clock = ReplayedDevice.of(wire), VirtualClock()
    pace = Pace(1.0, clock)
    for _ in range(2):
        _, again, _, lost_again, _ = stream(device, clock, impatient, pace=pace)
        assert (lost, lost_again, said(again)) == (True, True, said(archive))
        clock.advance(60)


@pytest.mark.slow
@pytest.mark.parametrize("port", ["tcp", *(["pty"] if os.name == "posix" else [])])
def test_on_the_command_line(capture, tmp_path, port):
    wire, archive = capture
    command = [sys.executable, "-m", "stetho"]
    with subprocess.Popen(
        [*command, "sim", "--replay-wire", str(wire), "--port", port, "--json"], stdout=subprocess.PIPE, text=True
    ) as device:
        try:
            ready = json.loads(device.stdout.readline())
            assert ready["serial_number"] == "SIM-0007"
            saved, again = tmp_path / "a.wav", tmp_path / "again.wire"
            record = [*command, "record", ready["address"], "-o", str(saved), "--wire", str(again)]
            said = subprocess.run(record, capture_output=True, text=True, timeout=120)
            assert said.returncode == 0, said
        finally:
            device.terminate()
    expected = np.concatenate([chunk.samples[0] for chunk, _ in archive])
    assert np.array_equal(soundfile.read(saved, dtype="float32")[0], expected)
    ledger = json.loads(saved.with_suffix(".json").read_text(encoding="utf-8"))["ledger"]
    assert {entry["fate"] for entry in ledger} == {"resent"}
    assert {captured.event for captured in read_capture(again)} >= {WireEvent.FROM_DEVICE, WireEvent.FROM_HOST}


def test_a_file_has_no_wire(command, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(4000), 4000)
    said = command("record", f"file://{tmp_path}/a.wav", "-o", tmp_path / "b.wav", "--wire", tmp_path / "w")
    assert (said.code, "There is no wire" in said.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
