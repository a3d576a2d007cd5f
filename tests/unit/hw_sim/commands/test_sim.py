import json
import signal
import subprocess
import sys
import threading

import pytest
import soundfile

from firmware_bridge.announce import announcements, runtime_folder
from firmware_bridge.wire import Capabilities, Hello, PacketDecoder, encode
from hw_sim.heart import Heart, Wish, scenario
from hw_sim.ports.choose import has_pty

PORTS = ["tcp", *(["pty"] if has_pty() else [])]


class Simulator:
    """`stetho sim` as a process of its own."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "stetho", "sim", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._guard = threading.Timer(240, self.process.kill)
        self._guard.start()

    def __enter__(self) -> "Simulator":
        return self

    def __exit__(self, *_: object) -> None:
        self._guard.cancel()
        self._guard.join()
        self.process.terminate()
        self.process.communicate()

    def ready(self) -> dict:
        return json.loads(self.process.stdout.readline())


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no POSIX signals")
@pytest.mark.parametrize(("port", "how", "code"), [("tcp", signal.SIGINT, 130), (PORTS[-1], signal.SIGTERM, 0)])
def test_it_says_where_it_is_and_is_there_until_stopped(port, how, code, validate):
    with Simulator("murmur", "--seed", "7", "--port", port, "--json") as simulator:
        ready = simulator.ready()
        validate("sim", ready)
        assert ready["serial_number"] == "SIM-0007"
        assert ready["address"].startswith({"tcp": "tcp://127.0.0.1:", "pty": "serial:///dev/"}[port])
        assert ask_hello(ready["address"]).serial_number == "SIM-0007"
        assert [(a.address, a.serial_number) for a in announcements()] == [(ready["address"], "SIM-0007")]
        simulator.process.send_signal(how)
        out, err = simulator.process.communicate(timeout=60)
        assert list(runtime_folder().glob(f"sim-{simulator.process.pid}-*")) == []
        assert (simulator.process.returncode, out, err) == (code, "", "")


def ask_hello(address: str) -> Capabilities:
    import socket

    import serial

    decoder = PacketDecoder()
    if address.startswith("tcp"):
        host, _, number = address.removeprefix("tcp://").rpartition(":")
        with socket.create_connection((host, int(number)), 60) as link:
            link.sendall(encode(Hello(1)))
            found = list(decoder.feed(link.recv(4096)))
    else:
        with serial.Serial(address.removeprefix("serial://"), 921_600, timeout=60) as link:
            link.write(encode(Hello(1)))
            found = list(decoder.feed(link.read_until(b"\0")))
    return found[0]


def test_a_recording_that_is_not_played_sample_for_sample_says_so(run, tmp_path, capsys):
    path = tmp_path / "wide.wav"
    soundfile.write(path, Heart(scenario("clear", Wish())).read(4000) / 32768, 4000, subtype="PCM_24")
    assert run(["sim", "--play", str(path), "--port", "usb"]) == 2  # said before a port that is none ends it
    assert "wide.wav is played rounded to 16 bit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody"], "There is no heart called 'nobody'"),
        (["--port", "usb"], "choose pty, tcp or tcp:PORT"),
        (["--play", "nowhere.wav"], "does not exist"),
        (["--site", "XY"], "AV, PV, TV, MV"),
        (["--loss", "1.5"], "share"),
        (["--faults", "nowhere.toml"], "nowhere.toml can't be read"),
    ],
)
def test_a_wrong_wish_is_one_sentence_and_exit_code_2(run, arguments, says, capsys):
    assert run(["sim", *arguments]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1
