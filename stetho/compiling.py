"""Tells when kernels are compiled rather than read from their cache: once after an installation or an update."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_told_already: ContextVar[bool] = ContextVar("compiling_is_told", default=False)


@contextmanager
def compiling_told(tell: Callable[[], None]) -> Iterator[None]:
    """Calls `tell` when the first kernel is compiled within the block, in the thread that compiles it; else never.

    Within another such block that one alone tells, so that it is said once however many steps compile.

    Source: numba's event "numba:compile" (Numba developer manual, "Event API"), which a cached kernel does not cause.
    """
    if _told_already.get():
        yield
        return
    from numba.core import event

    class First(event.Listener):
        told = False

        def on_start(self, _: Any) -> None:
            if not self.told:
                self.told = True
                tell()

        def on_end(self, _: Any) -> None:
            pass

    token = _told_already.set(True)
    try:
        with event.install_listener("numba:compile", First()):
            yield
    finally:
        _told_already.reset(token)
