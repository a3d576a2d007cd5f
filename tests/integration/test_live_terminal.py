"""The live screen in a real terminal: drawn, lost within a second, left cleanly."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stetho.notice import INVESTIGATIONAL

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="a terminal is imitated by a POSIX pty")]

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")
TRACE = re.compile("[\u2801-\u28ff]")
PATIENCE_S = 60
"""For what comes when it comes: the machine may be busy. What must come in time is asserted."""


class Terminal:
    """80 columns by 24 lines, with `stetho` in it."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stetho", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )
        self.raw = ""

    def read(self, seconds: float) -> str:
        """What came in that time, without the control sequences."""
        came, until = "", time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and select.select([self.master], [], [], left)[0]:
            try:
                came += os.read(self.master, 65536).decode("utf-8", "replace")
            except OSError:  # the other side is closed
                break
        self.raw += came
        return _CONTROL.sub("", came)

    def until(self, pattern: "str | re.Pattern[str]", seconds: float) -> str:
        """Reads until the pattern came, or fails."""
        came, end = "", time.monotonic() + seconds
        while time.monotonic() < end:
            came += self.read(0.1)
            if re.search(pattern, came):
                return came
        raise AssertionError(f"{pattern!r} did not come: {came[-3000:]}")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal() -> Iterator[type[Terminal]]:
    opened: list[Terminal] = []

    class Opened(Terminal):
        def __init__(self, *arguments: str, **environment: str) -> None:
            super().__init__(*arguments, **environment)
            opened.append(self)

    yield Opened
    for each in opened:
        each.close()


def test_it_draws_marks_and_leaves_on_q_with_the_final_verdict(terminal: type[Terminal]) -> None:
    import termios

    screen = terminal("live", "sim://murmur?seed=7")
    came = screen.until(TRACE, PATIENCE_S)
    came += screen.until(r"provisional", PATIENCE_S)
    assert "SIMULATED" in came
    assert "\x1b[?1049h" in screen.raw  # a screen of its own, so that the shell's comes back
    os.write(screen.master, b"q")
    after = screen.until(r"take 1, final", PATIENCE_S)
    screen.process.wait(timeout=PATIENCE_S)
    after += screen.read(0.2)
    assert screen.process.returncode == 0
    assert INVESTIGATIONAL in " ".join(after.split())
    assert "\x1b[?1049l" in screen.raw
    assert "\x1b[?25h" in screen.raw  # the cursor is back
    assert termios.tcgetattr(screen.slave) == screen.before


def test_ctrl_c_leaves_with_the_final_verdict_and_130(terminal: type[Terminal]) -> None:
    screen = terminal("live", "sim://murmur?seed=7")
    screen.until(TRACE, PATIENCE_S)
    screen.process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + PATIENCE_S
    after = ""
    while screen.process.poll() is None and time.monotonic() < deadline:
        after += screen.read(0.1)
    after += screen.read(0.2)
    assert screen.process.returncode == 130
    assert "take 1, final" in after
    assert "Traceback" not in after
    assert "\x1b[?1049l" in screen.raw


def test_no_color_is_kept(terminal: type[Terminal]) -> None:
    screen = terminal("live", "sim://murmur?seed=7", NO_COLOR="1")
    screen.until(TRACE, PATIENCE_S)
    colours = re.findall(r"\x1b\[[0-9;]*m", screen.raw)
    assert not [code for code in colours if re.search(r"[\[;](3[0-9]|4[0-9]|9[0-7])[;m]", code)]


def test_a_killed_device_is_signal_lost_within_a_second_and_then_exit_4(terminal: type[Terminal]) -> None:
    command = [sys.executable, "-m", "stetho", "sim", "murmur", "--port", "tcp", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as device:
        assert device.stdout is not None
        address = json.loads(device.stdout.readline())["address"]
        screen = terminal("live", address, "--reconnect-s", "2")
        screen.until(TRACE, PATIENCE_S)
        screen.read(0.5)
        device.kill()
        killed = time.monotonic()
        screen.until("SIGNAL LOST", PATIENCE_S)
        assert time.monotonic() - killed <= 1.0 + 0.2  # the pty is read every 0.1 s
        after = screen.read(0.3)
        assert not TRACE.search(after.split("SIGNAL LOST")[-1])
        end = time.monotonic() + PATIENCE_S
        while screen.process.poll() is None and time.monotonic() < end:
            after += screen.read(0.1)
        assert screen.process.returncode == 4
        assert "Traceback" not in after


def test_results_stay_on_standard_output_while_a_bar_is_drawn_on_the_terminal(tmp_path: Path) -> None:
    import pty

    for name in "abc":
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(40_000, np.int16), 4000)
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "stetho", "analyze", "--json", "a.wav", "b.wav", "c.wav"],
            stdout=subprocess.PIPE,
            stderr=slave,
            cwd=tmp_path,
            env={**os.environ, "TERM": "xterm-256color"},
            timeout=PATIENCE_S,
        )
        drawn = b""
        while select.select([master], [], [], 0)[0]:  # a terminal gives its lines in pieces
            drawn += os.read(master, 65536)
    finally:
        os.close(master)
        os.close(slave)
    assert [json.loads(line)["recording"] for line in done.stdout.splitlines()] == ["a.wav", "b.wav", "c.wav"]
    assert b"3/3" in drawn
