"""Draws docs/images/live.svg: the live screen over a simulated murmur, as rich exports it, without remote fonts."""

import asyncio
import io
import re
import sys
from pathlib import Path

from rich.console import Console

from stetho.cli.live_screen import draw
from stetho.cli.live_state import LiveState
from stetho.clock import SYSTEM_CLOCK
from stetho.engine import Engine
from stetho.source import open_uri

ADDRESS = "sim://murmur?seed=7&rate_bpm=76"
AT_S = 12.6
WIDTH, HEIGHT = 104, 28
REMOTE = re.compile(r"@font-face \{.*?\}\s*|<!-- .*? -->", re.DOTALL)


async def picture() -> str:
    """The screen after AT_S seconds of stream, as SVG."""
    source = open_uri(ADDRESS)
    async with Engine(source) as engine:
        state = LiveState(engine.device)
        async for event in engine.events():
            state.take(event)
            if event.t_s >= AT_S:
                break
        console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
        console.print(draw(state, WIDTH, HEIGHT, SYSTEM_CLOCK.monotonic_ns()))
        return REMOTE.sub("", console.export_svg(title="stetho live", unique_id="stetho"))


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images/live.svg")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(asyncio.run(picture()), encoding="utf-8")
