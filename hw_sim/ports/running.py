"""Starts and ends a pump's task: the part that all ports share."""

import asyncio
import contextlib

from hw_sim.pump import Pump


class RunningPump:
    """A pump at work."""

    def __init__(self, pump: Pump) -> None:
        self._task = asyncio.get_running_loop().create_task(pump.run(), name="simulated device")

    async def end(self) -> None:
        """Stops it; an error that ended it before is raised here."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
