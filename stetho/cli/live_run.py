"""A live session on the command line: as a screen, as lines, or as JSON."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

from stetho.cli.live_lines import said
from stetho.cli.output import print_json, status_console
from stetho.cli.wording import INVESTIGATIONAL
from stetho.engine import Engine
from stetho.events import Event
from stetho.inference.session import MurmurModel
from stetho.source import Source

PATIENCE_S = 1.5
"""Opening that takes longer than this is the first one after an installation, which compiles the signal path."""


class Shown(Enum):
    """How a live session is shown."""

    SCREEN = "screen"
    LINES = "lines"
    JSON = "json"

    @classmethod
    def suiting(cls, *, json: bool) -> "Shown":
        """A screen where there is a terminal, else lines; JSON where it was asked for."""
        if json:
            return cls.JSON
        return cls.SCREEN if sys.stdout.isatty() else cls.LINES


async def run_live(source: Source, shown: Shown, *, model: MurmurModel | None = None, quiet: bool = False) -> None:
    """Streams until the source ends, or q is pressed on the screen. Raises DeviceError, ModelError."""
    async with _opened(source, model, quiet=quiet) as engine:
        match shown:
            case Shown.SCREEN:
                await _show_screen(engine, source)
            case Shown.LINES:
                await _print_lines(engine)
            case Shown.JSON:
                async for event in engine.events():
                    thing = event.to_json()
                    if thing is not None:
                        print_json(thing)


@asynccontextmanager
async def _opened(source: Source, model: MurmurModel | None, *, quiet: bool) -> AsyncIterator[Engine]:
    """The entered engine; says on standard error that it is preparing, where that takes long."""
    console = status_console(quiet=quiet)
    slow = asyncio.get_running_loop().call_later(
        PATIENCE_S, console.print, "Preparing, once: the signal path is compiled for this machine (up to 20 s) ..."
    )
    try:
        engine = await Engine(source, model=model).__aenter__()
    finally:
        slow.cancel()
    try:
        yield engine
    finally:
        await engine.__aexit__(None, None, None)


async def _show_screen(engine: Engine, source: Source) -> None:
    from stetho.cli.live_view import watch

    state = await watch(engine, source)
    if state.final is not None:
        print(said(state.final))
    print(INVESTIGATIONAL)


async def _print_lines(engine: Engine) -> None:
    print(INVESTIGATIONAL)
    last: dict[type[Event], str] = {}
    async for event in engine.events():
        line = said(event)
        if line and line != last.get(type(event)):
            print(line, flush=True)
            last[type(event)] = line
