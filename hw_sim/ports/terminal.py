"""A pseudo-terminal of the operating system's making. POSIX only; elsewhere it can be imported, not opened."""

import os
from pathlib import Path
from typing import Self

from stetho.errors import ConfigError


class Terminal:
    """near: the descriptor of the device's end, which never blocks; path: the serial port that a client opens.

    Its far end stays open here too: without it, each client's departure would be a hang-up.
    """

    def __init__(self, near: int, far: int) -> None:
        self.near, self._far = near, far
        self.path = Path(os.ttyname(far))

    @classmethod
    def open(cls) -> Self:
        """Raises ConfigError where the system has none."""
        try:
            import pty
            import tty
        except ImportError:
            raise ConfigError("This system has no pty; use --port tcp.") from None
        near, far = pty.openpty()
        tty.setraw(far)
        os.set_blocking(near, False)
        return cls(near, far)

    def close(self) -> None:
        """Hangs up: whoever has the port open sees it go."""
        os.close(self.near)
        os.close(self._far)
