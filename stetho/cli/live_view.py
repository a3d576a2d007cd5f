"""The live screen in a terminal: events in, twenty pictures a second out."""

import asyncio

from rich.console import Console
from rich.live import Live

from stetho.cli.keys import single_keys
from stetho.cli.live_end import LiveEnd
from stetho.cli.live_screen import draw
from stetho.cli.live_state import LiveState
from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.engine import Engine
from stetho.source import Source

FRAME_S = 0.05


async def watch(engine: Engine, source: Source, end: LiveEnd, state: LiveState, clock: Clock = SYSTEM_CLOCK) -> None:
    """Shows the stream of an entered engine until it ends; q asks for that, d shows the link's details. `state` holds what was known at the end.

    Raises what ended the stream, if that was an error.
    """
    console = Console(highlight=False)
    keys = {"q": end.ask, "d": state.toggle_details}
    with single_keys(keys), Live(console=console, screen=True, auto_refresh=False) as live:
        listening = asyncio.create_task(end.listen(engine, source, state.take))
        try:
            while not listening.done():
                live.update(draw(state, console.width, console.height, clock.monotonic_ns()), refresh=True)
                await asyncio.wait((listening,), timeout=FRAME_S)
        finally:
            listening.cancel()
            await asyncio.wait((listening,))
    await listening
