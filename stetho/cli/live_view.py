"""The live screen in a terminal: events in, twenty pictures a second out."""

import asyncio
from contextlib import suppress

from rich.console import Console
from rich.live import Live

from stetho.cli.keys import quit_key
from stetho.cli.live_screen import draw
from stetho.cli.live_state import LiveState
from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.engine import Engine
from stetho.source import Source

FRAME_S = 0.05
CLOSING_NS = 3_000_000_000
"""How long the final verdict is waited for after q."""


async def watch(engine: Engine, source: Source, clock: Clock = SYSTEM_CLOCK) -> LiveState:
    """Shows the stream of an entered engine until it ends; q closes its source, and the final verdict is waited for.

    Gives what was known at the end. Raises what ended the stream, if that was an error.
    """
    console = Console(highlight=False)
    state = LiveState(engine.device)
    quit_pressed = asyncio.Event()
    with quit_key(quit_pressed), Live(console=console, screen=True, auto_refresh=False) as live:
        reading = asyncio.create_task(_read(engine, state))
        closing: asyncio.Task[None] | None = None
        give_up_ns: int | None = None
        try:
            while not reading.done() and (give_up_ns is None or clock.monotonic_ns() < give_up_ns):
                live.update(draw(state, console.width, console.height, clock.monotonic_ns()), refresh=True)
                if quit_pressed.is_set() and closing is None:
                    closing = asyncio.create_task(source.close())
                    give_up_ns = clock.monotonic_ns() + CLOSING_NS
                await asyncio.wait((reading,), timeout=FRAME_S)
        finally:
            reading.cancel()
            if closing is not None:
                await closing
    with suppress(asyncio.CancelledError):
        await reading
    return state


async def _read(engine: Engine, state: LiveState) -> None:
    async for event in engine.events():
        state.take(event)
