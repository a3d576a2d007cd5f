"""Threads of one process that analyse streams take turns, and are polite to each other.

Python lets one of them run at a time in any case. Left to themselves they take that place from each other at every call
that gives it up, and are woken in vain as often: of sixteen streams, ten were then too late to be live.
"""

import threading
from types import TracebackType

PATIENCE_S = 0.05
"""Nobody waits longer for a turn: whoever is stuck holds up nobody else."""
_LOOK_S = 0.002


class Turns:
    """A context manager: within it, no other thread that asks has a turn, except one that has lost its patience."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._waiting: set[int] = set()
        self._mine = threading.local()
        self._never = threading.Event()

    def __enter__(self) -> None:
        self._mine.held = self._turn.acquire(blocking=False) or self._waited()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _waited(self) -> bool:
        me = threading.get_ident()
        self._waiting.add(me)
        try:
            return self._turn.acquire(timeout=PATIENCE_S)
        finally:
            self._waiting.discard(me)

    def _leave(self) -> None:
        if self._mine.held:
            self._mine.held = False
            self._turn.release()

    def let_others_go_first(self) -> None:
        """In the midst of work that nobody waits for: those who wait have their turn. Does nothing outside of a turn."""
        if not getattr(self._mine, "held", False):
            return
        self._leave()
        for _ in range(round(PATIENCE_S / _LOOK_S)):
            if not self._waiting and self._turn.acquire(blocking=False):
                self._mine.held = True
                return
            self._never.wait(_LOOK_S)
        self.__enter__()


TURNS = Turns()
"""Those of this process."""
