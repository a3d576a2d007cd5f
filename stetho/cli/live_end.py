"""The end of a live session: by q, ctrl-c, a time limit or the stream itself, and always with the final verdict."""

import asyncio
import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from stetho.engine import Engine
from stetho.events import Event
from stetho.source import Source

CLOSING_S = 3.0
"""How long the final verdict is waited for once the end was asked for."""
SAME_PRESS_S = 0.3
"""A signal that follows within this is the same one: some programs signal a process and its group, which is both."""


class LiveEnd:
    """Whether a session is to end, and why. Ends by itself once `after_s` seconds of the stream were heard."""

    def __init__(self, after_s: float = math.inf) -> None:
        self._after_s = after_s
        self._asked = asyncio.Event()
        self.interrupted = False
        self._signalled = False

    def ask(self) -> None:
        """The stream is to end, and the final verdict to be said."""
        self._asked.set()

    async def listen(self, engine: Engine, source: Source, take: Callable[[Event], None]) -> None:
        """Gives each event to `take` until the stream ends, which it does when that is asked for.

        Raises what ended the stream, if that was an error.
        """
        reading = asyncio.create_task(self._read(engine, take))
        asked = asyncio.create_task(self._asked.wait())
        try:
            with self._signals(reading):
                await asyncio.wait((reading, asked), return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    await self._close(reading, source)
        finally:
            asked.cancel()
            reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading

    async def _close(self, reading: "asyncio.Task[None]", source: Source) -> None:
        closing = asyncio.create_task(source.close())
        try:
            await asyncio.wait((reading,), timeout=CLOSING_S)
        finally:
            if not reading.cancelled():  # a second ctrl-c waits for nothing; the engine closes the source itself
                await closing

    async def _read(self, engine: Engine, take: Callable[[Event], None]) -> None:
        async for event in engine.events():
            take(event)
            if event.t_s >= self._after_s:
                self.ask()

    @contextmanager
    def _signals(self, reading: "asyncio.Task[None]") -> Iterator[None]:
        """SIGINT and SIGTERM ask for the end; a second one waits for nothing. Only the main thread gets signals."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop, second = asyncio.get_running_loop(), asyncio.Event()

        def came(number: int, _: object) -> None:
            self.interrupted = self.interrupted or number == signal.SIGINT
            loop.call_soon_threadsafe(noted)  # a handler alone would not wake the loop

        def noted() -> None:
            if second.is_set():
                reading.cancel()
            elif not self._signalled:
                self._signalled = True
                self.ask()
                loop.call_later(SAME_PRESS_S, second.set)

        before = {number: signal.signal(number, came) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
