"""One running stream: tends it, gets it back when the link breaks, and hands its items over."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator
from dataclasses import replace

from firmware_bridge.connection import Connection
from firmware_bridge.driver import StreamChoice
from firmware_bridge.intake import StreamIntake
from firmware_bridge.stall import Flow
from firmware_bridge.wire import HostMessage, Message, Stop
from stetho.clock import Clock
from stetho.errors import ConnectionLostError
from stetho.handoff import DropOldest
from stetho.link_statistics import LinkStatistics
from stetho.source import Archive, LinkState, SourceItem, is_marker
from stetho.stream import Chunk, StreamSpec

_TICK_S = 0.02
_WAITING_ITEMS = 2048
"""40 s of 20 ms chunks, as far as they are still live when they are taken out: who is further behind sees a gap."""

_SLEPT_NS = 500_000_000
"""Two turns that far apart: the computer slept, or this program was stopped."""

_STOP_S = 0.5


class LiveStream:
    """Runs on the event loop; the items wait in a bounded hand-off, so that a slow consumer never slows the link."""

    def __init__(
        self,
        connection: Connection,
        spec: StreamSpec,
        choice: StreamChoice,
        ring_samples: int,
        archive: Archive | None,
        reconnect_s: float,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._choice = choice
        self._reconnect_s = reconnect_s
        self._clock = clock
        self._stream_id = secrets.randbelow(0xFFFF) + 1
        self._something = asyncio.Event()
        self._items: DropOldest[SourceItem] = DropOldest(_WAITING_ITEMS, self._something.set, is_marker)
        self._intake = StreamIntake(spec, self._stream_id, ring_samples, archive, self._items.put, self._send)
        self._link_lost = asyncio.Event()
        self._lost_reason = ""
        self._turn: asyncio.Future[None] | None = None
        self._turn_ns: int | None = None
        self._reconnects = 0
        self._fetch_until_ns: int | None = None
        self._failure: Exception | None = None
        self._tending: asyncio.Task[None] | None = None

    def received(self, message: Message, now_ns: int) -> None:
        """Called for each message of the link."""
        if self._failure is not None:
            return
        try:
            self._intake.message(message, now_ns)
        except Exception as error:  # noqa: BLE001  # the loop would only log it: whoever reads the stream must see it
            self._fail(error)

    def link_lost(self, reason: str) -> None:
        """Called once when a link breaks."""
        self._lost_reason = reason
        self._link_lost.set()
        if self._turn is not None:
            _end(self._turn)

    async def items(self) -> AsyncGenerator[SourceItem, None]:
        """Starts the device and gives what it sends. Raises ConnectionLostError, DeviceTimeoutError, OverrunError."""
        await self._begin()
        self._tending = asyncio.create_task(self._tend(), name="stetho-tend-stream")
        try:
            while not self._items.drained:
                item = self._items.get_nowait()
                if item is not None:
                    if not isinstance(item, Chunk) or self._intake.live(item, self._clock.monotonic_ns()):
                        yield item
                    continue
                self._something.clear()
                if not self._items.drained:
                    await self._something.wait()
        finally:
            await self._release()
        if self._failure is not None:
            raise self._failure

    async def stop(self) -> None:
        """Asks the device to stop and waits half a second for its last samples."""
        if self._tending is None or self._tending.done():
            return
        if not self._link_lost.is_set():
            self._send(Stop(self._stream_id))
            await asyncio.wait((self._tending,), timeout=_STOP_S)
        await self._release()

    def statistics(self) -> LinkStatistics:
        missed = self._items.statistics().dropped
        return replace(self._intake.statistics(), reconnects=self._reconnects, items_missed=missed)

    async def _begin(self) -> None:
        try:
            await self._start()
        except ConnectionLostError:  # the link broke, or the device forgot us, between open and stream
            await self._connection.recover(self._start, self._reconnect_s, "the link broke before the start")
            self._link_lost.clear()

    async def _start(self) -> None:
        self._intake.expect_start()
        await self._connection.session.start(self._stream_id, self._choice)

    def _send(self, message: HostMessage) -> None:
        with contextlib.suppress(ConnectionLostError):  # between two links nobody hears us; the planner asks again
            self._connection.session.send(message)

    async def _tend(self) -> None:
        try:
            while not self._intake.done and self._failure is None:
                await self._next_turn()
                if self._link_lost.is_set():
                    await self._after_loss(self._lost_reason)
                    self._turn_ns = None
                else:
                    await self._watch()
        except Exception as error:  # noqa: BLE001  # raised where the stream is read
            self._fail(error)
        finally:
            self._items.close()

    async def _next_turn(self) -> None:
        """Waits for a while, or until the link breaks: a bare timer, since there are fifty of these a second."""
        if self._link_lost.is_set():
            return
        loop = asyncio.get_running_loop()
        self._turn = loop.create_future()
        timer = loop.call_later(_TICK_S, _end, self._turn)
        try:
            await self._turn
        finally:
            timer.cancel()

    async def _watch(self) -> None:
        now_ns = self._clock.monotonic_ns()
        if self._turn_ns is not None and now_ns - self._turn_ns > _SLEPT_NS:
            self._intake.slept(now_ns - self._turn_ns)
        self._turn_ns = now_ns
        self._intake.tick(now_ns)
        if not self._intake.ending and self._intake.flow(now_ns) is Flow.DEAD:
            await self._after_loss("no samples come")
            self._turn_ns = None

    async def _after_loss(self, reason: str) -> None:
        now_ns = self._clock.monotonic_ns()
        if self._intake.ending:
            await self._fetch_the_rest(reason)
            return
        self._intake.link(LinkState.LOST, now_ns, reason)
        # A device that comes back and sends nothing, again and again, has not come back.
        left_s = self._reconnect_s - self._intake.silent_ns(now_ns) / 1e9
        await self._connection.recover(self._start, left_s, reason)
        self._reconnects += 1
        self._link_lost.clear()

    async def _fetch_the_rest(self, reason: str) -> None:
        """The link broke after the end: the device's ring may still hold what the archive misses (rule T8).

        The stream is not started again, which would let the device forget it. Looked for as long as any lost device;
        then the ledger is closed with what is there, and that is no failure: the stream has ended.
        """
        now_ns = self._clock.monotonic_ns()
        self._intake.finish_live(now_ns)
        if self._intake.whole:
            self._intake.close(now_ns)
            return
        if self._fetch_until_ns is None:
            self._fetch_until_ns = now_ns + int(self._reconnect_s * 1e9)
        try:
            await self._connection.recover(self._ask_again, (self._fetch_until_ns - now_ns) / 1e9, reason)
        except ConnectionLostError:
            self._intake.close(self._clock.monotonic_ns())
            return
        self._reconnects += 1
        self._link_lost.clear()

    async def _ask_again(self) -> None:
        self._intake.reconnected(self._clock.monotonic_ns())

    def _fail(self, error: Exception) -> None:
        if self._failure is None:
            self._failure = error
        self._items.close()

    async def _release(self) -> None:
        """Stops tending and closes the ledger with what is there. Can be called twice."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.wait((self._tending,))
        try:
            self._intake.close(self._clock.monotonic_ns())
        except Exception as error:  # noqa: BLE001  # raised where the stream is read
            self._fail(error)
        self._items.close()


def _end(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
