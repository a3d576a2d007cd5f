"""Announcements of simulators: there while they run, gone after, hostile ones passed over."""

import json
import os
import subprocess
import sys

import pytest

from firmware_bridge.announce import Announcement, announced, announcements, runtime_folder
from stetho.errors import ConfigError


@pytest.fixture(autouse=True)
def own_runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "stetho"


def test_a_simulator_is_listed_while_it_runs():
    with announced("serial:///dev/pts/3", "SIM-0007"), announced("tcp://127.0.0.1:5", "SIM-0008"):
        assert announcements() == [
            Announcement(os.getpid(), "serial:///dev/pts/3", "SIM-0007"),
            Announcement(os.getpid(), "tcp://127.0.0.1:5", "SIM-0008"),
        ]
    assert announcements() == []
    assert list(runtime_folder().iterdir()) == []


def test_the_folder_is_the_users_alone(own_runtime):
    with announced("serial:///dev/pts/3", "SIM-0007"):
        assert own_runtime.stat().st_mode & 0o777 == 0o700


def test_one_whose_process_is_gone_is_passed_over(own_runtime):
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    own_runtime.mkdir(mode=0o700)
    record = {"pid": int(gone.stdout), "address": "serial:///dev/pts/3", "serial_number": "SIM-1"}
    (own_runtime / "sim-1.json").write_text(json.dumps(record))
    assert announcements() == []


GOOD = {"pid": os.getpid(), "address": "tcp://127.0.0.1:5", "serial_number": "SIM-1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps({**GOOD, "pid": "1"}),
        json.dumps({**GOOD, "pid": -1}),
        json.dumps({**GOOD, "pid": 10**30}),
        json.dumps({**GOOD, "pid": True}),
        json.dumps({**GOOD, "address": "file:///etc/passwd"}),
        json.dumps({**GOOD, "address": "not an address"}),
        json.dumps({**GOOD, "address": "tcp://[oops"}),
        json.dumps({**GOOD, "address": "tcp://\x1b[2J:5"}),
        json.dumps({**GOOD, "serial_number": 7}),
        json.dumps({**GOOD, "serial_number": "x" * 300}),
        json.dumps({"pid": os.getpid()}),
        " " * 10_000 + json.dumps(GOOD),
    ],
)
def test_anything_odd_is_passed_over(own_runtime, text):
    own_runtime.mkdir(mode=0o700)
    (own_runtime / "sim-1.json").write_text(text)
    assert announcements() == []


def test_bytes_that_are_no_text_and_links_are_passed_over(own_runtime, tmp_path):
    own_runtime.mkdir(mode=0o700)
    (own_runtime / "sim-1.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "elsewhere").write_text(json.dumps(GOOD))
    (own_runtime / "sim-2.json").symlink_to(tmp_path / "elsewhere")
    assert announcements() == []


def test_a_folder_that_others_write_to_is_not_trusted(own_runtime):
    own_runtime.mkdir()
    own_runtime.chmod(0o777)
    (own_runtime / "sim-1.json").write_text(json.dumps(GOOD))
    assert announcements() == []
    with pytest.raises(ConfigError, match="set XDG_RUNTIME_DIR"), announced("tcp://127.0.0.1:5", "SIM-1"):
        pass


def test_without_a_runtime_folder_a_temporary_one_serves(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with announced("tcp://127.0.0.1:5", "SIM-1"):
        assert len(announcements()) == 1
        assert runtime_folder().parent == tmp_path
