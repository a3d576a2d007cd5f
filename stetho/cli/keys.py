"""Single keys from the terminal, without Enter, where there is one."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def quit_key(pressed: Callable[[], None]) -> Iterator[None]:
    """Calls `pressed` when q is pressed, and gives the terminal back as it was. Elsewhere than on POSIX, ctrl-c ends."""
    if os.name != "posix" or not sys.stdin.isatty():
        yield
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    loop = asyncio.get_running_loop()

    def read() -> None:
        if b"q" in os.read(terminal, 64).lower():
            pressed()

    tty.setcbreak(terminal)
    loop.add_reader(terminal, read)
    try:
        yield
    finally:
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
