"""SIGTERM, as `kill`, `timeout` and a system that shuts down send it: the end is asked for, and what there is is kept."""

import asyncio
import signal
import threading
from types import TracebackType
from typing import Any, Self


class TerminationAsCancel:
    """While it is entered, the first SIGTERM cancels the task that entered it, as ctrl-c does; later ones do nothing.

    Only the main thread gets signals; in another one it does nothing.
    """

    def __init__(self) -> None:
        self._over = False
        self._before: Any = None

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None or threading.current_thread() is not threading.main_thread():
            return self
        loop = asyncio.get_running_loop()

        def asked() -> None:
            if not self._over:
                self._over = True
                task.cancel()

        # A handler alone would not wake the loop.
        self._before = signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(asked))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)

    def ignore(self) -> None:
        """The end has begun: no SIGTERM is to disturb it."""
        self._over = True
