"""Single keys from the terminal, without Enter, where there is one."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def single_keys(pressed: Mapping[str, Callable[[], None]]) -> Iterator[None]:
    """Calls what belongs to a key, a small letter, when that is pressed, and gives the terminal back as it was.

    Elsewhere than on POSIX no key is heard, and ctrl-c ends.
    """
    if os.name != "posix" or not sys.stdin.isatty():
        yield
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    loop = asyncio.get_running_loop()

    def read() -> None:
        for key in os.read(terminal, 64).decode("ascii", "ignore").lower():
            if key in pressed:
                pressed[key]()

    tty.setcbreak(terminal)
    loop.add_reader(terminal, read)
    try:
        yield
    finally:
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
