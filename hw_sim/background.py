"""A simulated device on a port, run by a thread of its own: for code that has no event loop, or must not share it."""

import asyncio
import threading
from types import TracebackType
from typing import Self

from hw_sim.pace import Pace
from hw_sim.ports.choose import port_of
from hw_sim.recipe import Recipe
from hw_sim.truth import Truth
from hw_sim.warm import warm


class BackgroundDevice:
    """Entered, the device can be reached at `address`; left, it is gone, and so is its thread.

    `truth`: what it should be found to have heard. port: `pty`, `tcp`, `tcp:PORT` or `any`. speed: how fast its time runs; 0 is as fast as it is read.
    Raises ConfigError or InputError, on entering, for what can't be made.
    """

    def __init__(self, recipe: Recipe, port: str = "any", speed: float = 1.0) -> None:
        self._device = recipe.device()
        self.truth = Truth(recipe)
        self.serial_number = self._device.identity.serial_number
        self.address = ""
        self._port, self._speed = port, speed
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._stop: asyncio.Event | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="simulated stethoscope", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        except Exception as error:  # noqa: BLE001 - raised again where the device was entered
            self._error = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        warm()  # this loop has nothing else to do yet
        async with port_of(self._port, self._device, Pace(self._speed)) as reached:
            self.address = reached.address
            self._stop = asyncio.Event()
            self._started.set()
            await self._stop.wait()
