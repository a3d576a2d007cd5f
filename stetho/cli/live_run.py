"""A live session on the command line: as a screen, as lines, or as JSON."""

import math
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, nullcontext
from enum import Enum

from stetho.cli.live_end import LiveEnd
from stetho.cli.live_lines import LinePrinter, said
from stetho.cli.live_state import LiveState
from stetho.cli.output import print_json, status_console
from stetho.cli.wording import INVESTIGATIONAL
from stetho.compiling import compiling_told
from stetho.engine import Engine
from stetho.events import Event, RateEvent
from stetho.inference.session import MurmurModel
from stetho.source import Source

PREPARING = "Preparing, once: the signal path is compiled for this machine (up to 20 s) ..."


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


async def run_live(
    source: Source,
    shown: Shown,
    *,
    model: MurmurModel | None = None,
    seconds: float | None = None,
    variability: bool = False,
    quiet: bool = False,
) -> bool:
    """Streams until the source ends, `seconds` were heard, q is pressed on the screen, or a signal asks for the end.

    variability: beat intervals that vary are said, which was not validated on patients. True where ctrl-c asked, which is
    the caller's to say. Raises DeviceError, ModelError.
    """
    end = LiveEnd(math.inf if seconds is None else seconds)
    async with AsyncExitStack() as stack:
        with _opening_said(shown, quiet=quiet):
            engine = await stack.enter_async_context(Engine(source, model=model))
        match shown:
            case Shown.SCREEN:
                await _show_screen(engine, source, end, variability=variability)
            case Shown.LINES:
                print(INVESTIGATIONAL)
                await end.listen(engine, source, LinePrinter(variability=variability))
            case Shown.JSON:
                await end.listen(engine, source, print_event_with_words if variability else print_event)
    return end.interrupted


def print_event(event: Event) -> None:
    """The event's JSON, if it has one."""
    thing = event.to_json()
    if thing is not None:
        print_json(thing)


def print_event_with_words(event: Event) -> None:
    """The same; where beat intervals vary, with what may be said of it."""
    thing = event.to_json()
    if isinstance(event, RateEvent) and thing is not None and thing["variability"] is not None:
        thing["variability"]["words"] = event.words
    if thing is not None:
        print_json(thing)


@contextmanager
def _opening_said(shown: Shown, *, quiet: bool) -> Iterator[None]:
    """On standard error: that a device is looked for, where somebody watches; that kernels are compiled, where they are."""
    console = status_console(quiet=quiet)
    watched = shown is Shown.SCREEN and not quiet
    # A spinner of lines: the usual one is of braille, as the trace is, and nothing old or empty may look live.
    looking = console.status("Looking for the device ...", spinner="line") if watched else nullcontext()
    with looking, compiling_told(lambda: console.print(PREPARING)):
        yield


async def _show_screen(engine: Engine, source: Source, end: LiveEnd, *, variability: bool) -> None:
    from stetho.cli.live_view import watch

    state = LiveState(engine.device, variability)
    await watch(engine, source, end, state)
    print(closing_lines(state, shutil.get_terminal_size().columns))


def closing_lines(state: LiveState, width: int) -> str:
    """What stays in the terminal when the screen is gone: each take's final verdict, in lines of whole words."""
    lines = [*map(said, state.finals), INVESTIGATIONAL]
    return "\n".join(textwrap.fill(line, width, subsequent_indent="  ") for line in lines)
