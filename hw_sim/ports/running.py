"""Starts and ends a pump's task: the part that all ports share."""

import asyncio
import contextlib

from hw_sim.pump import Pump


class RunningPump:
    """A pump at work. An error that ends it is said at once, by the event loop's handler, and not only on leaving."""

    def __init__(self, pump: Pump) -> None:
        self._task = asyncio.get_running_loop().create_task(pump.run(), name="simulated device")
        self._task.add_done_callback(_say_failure)

    async def end(self) -> None:
        """Stops it; an error that ended it before is raised here."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


def _say_failure(task: asyncio.Task[None]) -> None:
    if task.cancelled() or (error := task.exception()) is None:
        return
    context = {"message": "The simulated device broke down", "exception": error, "task": task}
    task.get_loop().call_exception_handler(context)
