"""Single keys of a terminal, which is given back as it was."""

import asyncio
import os
import sys

import pytest

from stetho.cli.keys import single_keys

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a terminal is imitated by a POSIX pty")


async def test_each_key_calls_its_own_and_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty
    import termios

    master, slave = pty.openpty()
    pressed: list[str] = []
    done = asyncio.Event()
    try:
        with os.fdopen(slave) as terminal:
            monkeypatch.setattr(sys, "stdin", terminal)
            before = termios.tcgetattr(slave)
            with single_keys({"d": lambda: pressed.append("d"), "q": done.set}):
                os.write(master, "xDé?d".encode())
                os.write(master, b"q")
                await asyncio.wait_for(done.wait(), 10.0)
            assert termios.tcgetattr(slave) == before
    finally:
        os.close(master)
    assert pressed == ["d", "d"]
