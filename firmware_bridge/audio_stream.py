"""One running sound input: its blocks become items, which wait for whoever reads them."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Protocol

from firmware_bridge.audio_blocks import AudioBlock
from firmware_bridge.audio_intake import AudioIntake
from firmware_bridge.stall import Flow
from stetho.clock import Clock
from stetho.errors import ConnectionLostError
from stetho.handoff import DropOldest
from stetho.link_statistics import LinkStatistics
from stetho.source import Archive, LinkState, SourceItem, is_marker
from stetho.stream import Chunk, StreamSpec

_WAITING_ITEMS = 2048
_TURN_S = 0.02
_SLEPT_NS = 500_000_000


class Startable(Protocol):
    """An input that was opened and not started."""

    def start(self) -> None: ...


class AudioStream:
    """Runs on the event loop; blocks and items wait in bounded hand-offs, so that nobody slows the sound system.

    came: set with each block. gone: set when the sound system stopped by itself.
    """

    def __init__(
        self,
        spec: StreamSpec,
        line: Startable,
        blocks: DropOldest[AudioBlock],
        came: asyncio.Event,
        gone: asyncio.Event,
        clock: Clock,
    ) -> None:
        self._spec, self._line, self._blocks, self._clock = spec, line, blocks, clock
        self._came, self._gone = came, gone
        self._something = asyncio.Event()
        self._items: DropOldest[SourceItem] = DropOldest(_WAITING_ITEMS, self._something.set, is_marker)
        self._intake: AudioIntake | None = None
        self._tending: asyncio.Task[None] | None = None
        self._failure: Exception | None = None

    async def items(self, archive: Archive | None) -> AsyncGenerator[SourceItem, None]:
        """Starts the input. Raises DeviceUnavailableError, ConnectionLostError, OverrunError."""
        intake = self._intake = AudioIntake(self._spec, archive, self._items.put)
        await asyncio.to_thread(self._line.start)
        intake.begin(self._clock.monotonic_ns())
        self._tending = asyncio.create_task(self._tend(intake), name="stetho-tend-audio")
        try:
            while not self._items.drained:
                item = self._items.get_nowait()
                if item is not None:
                    if not isinstance(item, Chunk) or intake.fresh(item, self._clock.monotonic_ns()):
                        yield item
                    continue
                self._something.clear()
                if not self._items.drained:
                    await self._something.wait()
        finally:
            await self.stop()
        if self._failure is not None:
            raise self._failure

    async def stop(self) -> None:
        """Says the end where it was not said, and closes the ledger. Can be called twice."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.wait((self._tending,))

    def statistics(self) -> LinkStatistics:
        if self._intake is None:
            return LinkStatistics()
        return replace(self._intake.statistics(), items_missed=self._items.statistics().dropped)

    async def _tend(self, intake: AudioIntake) -> None:
        state, reason = LinkState.LOST, "the sound input failed"
        try:
            reason = await self._until_lost(intake)
            self._failure = _lost(reason)
        except asyncio.CancelledError:
            state, reason = LinkState.ENDED, "stopped by this computer"
        except Exception as error:  # noqa: BLE001  # raised where the stream is read
            self._failure = error
        try:
            if state is LinkState.ENDED:
                self._take_blocks(intake)  # what waits was captured before the end
            intake.close(state, self._clock.monotonic_ns(), reason)
        except Exception as error:  # noqa: BLE001  # the same
            self._failure = self._failure or error
        finally:
            self._items.close()

    async def _until_lost(self, intake: AudioIntake) -> str:
        """Takes what comes until nothing does any more; gives the reason."""
        turn_ns = self._clock.monotonic_ns()
        while True:
            await self._next_turn()
            gone = self._gone.is_set()  # before the blocks: the last of them are there then
            now_ns = self._clock.monotonic_ns()
            if now_ns - turn_ns > _SLEPT_NS:
                intake.slept(now_ns - turn_ns)
            turn_ns = now_ns
            self._take_blocks(intake)
            flow = intake.tick(now_ns)
            if gone:
                return "the sound input went away"
            if flow is Flow.DEAD:
                return "the sound input brings nothing any more"

    def _take_blocks(self, intake: AudioIntake) -> None:
        now_ns = self._clock.monotonic_ns()
        while (block := self._blocks.get_nowait()) is not None:
            intake.block(block, now_ns)

    async def _next_turn(self) -> None:
        """Waits for a block, or for as long as one takes."""
        self._came.clear()
        if not self._blocks.waiting and not self._gone.is_set():
            try:
                async with asyncio.timeout(_TURN_S):
                    await self._came.wait()
            except TimeoutError:
                return


def _lost(reason: str) -> ConnectionLostError:
    return ConnectionLostError(
        f"Signal lost ({reason}): check that the stethoscope is plugged in and switched on, then start again."
    )
