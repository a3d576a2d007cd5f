"""The test session's own guards: each is seen to bite, in a session of its own."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # four sessions of their own

TESTS = Path(__file__).resolve().parents[1]

MISBEHAVED = """
import asyncio, socket, threading, time

def test_leaves_a_task():
    async def main():
        test_leaves_a_task.task = asyncio.ensure_future(asyncio.sleep(10))
        await asyncio.sleep(0)
    asyncio.run(main())

def test_leaves_a_thread():
    threading.Thread(target=time.sleep, args=(2.5,), daemon=True).start()

def test_reaches_out():
    socket.create_connection(("192.0.2.1", 80), 1)
"""
UNSEEN_SKIP = """
import pytest

def test_skips_unseen():
    pytest.skip("because I like to")
"""
TIDY = """
import asyncio, threading

def test_skips_as_agreed(data_folder):
    raise AssertionError

def test_tidy():
    asyncio.run(asyncio.to_thread(threading.get_ident))
"""
INTERRUPTS = """
import signal, subprocess, sys

def test_interrupts_what_it_starts():
    code = "import time; print('here', flush=True); time.sleep(30)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as started:
        started.stdout.readline()
        started.send_signal(signal.SIGINT)
        assert started.wait(20) == -signal.SIGINT
"""


def session(folder: Path, tests: str, *, background: bool = False) -> subprocess.CompletedProcess[str]:
    """Runs tests under our conftest, as `make test` does; in the background as a shell does after `&`."""
    for file in ("conftest.py", "allowed_skips"):
        shutil.copy(TESTS / file, folder / file)
    (folder / "test_one.py").write_text(tests, encoding="utf-8")
    variables = {**os.environ, "CI": "true", "STETHO_DATA": str(folder), "STETHO_TEST_PROFILE": "fast"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", folder]
    return subprocess.run(
        [*map(str, command), str(folder)],
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if background else None,
    )


def test_the_guards_bite(tmp_path: Path) -> None:
    done = session(tmp_path, MISBEHAVED)
    assert done.returncode == 1
    assert "the test left tasks running: <coroutine object sleep" in done.stdout
    assert "the test left threads running: Thread-" in done.stdout
    assert "a test tried to reach ('192.0.2.1', 80)" in done.stdout


def test_an_unseen_skip_fails_a_session_that_is_fine_otherwise(tmp_path: Path) -> None:
    done = session(tmp_path, UNSEEN_SKIP)
    assert done.returncode == 1
    assert "this skip is not in tests/allowed_skips: test_one.py::test_skips_unseen: because I like to" in done.stdout


def test_the_guards_let_through(tmp_path: Path) -> None:
    done = session(tmp_path, TIDY)
    assert done.returncode == 0, done.stdout
    assert "skipped: test_one.py::test_skips_as_agreed: no real recordings here" in done.stdout
    assert "again with --hypothesis-seed=" in done.stdout


def test_a_session_in_the_background_can_interrupt_what_it_starts(tmp_path: Path) -> None:
    done = session(tmp_path, INTERRUPTS, background=True)
    assert done.returncode == 0, done.stdout
