"""Composition: a source's event loop moves chunks to one worker thread; the worker's events fan out through the hub."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Self

from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.errors import ModelError
from stetho.events import Event
from stetho.handoff import DropOldest, HandoffStatistics, Lossless
from stetho.heart.online.tracker import BeatsModel
from stetho.hub import Hub, Subscription
from stetho.inference.beats_model import shipped_beats_model
from stetho.inference.models import shipped_model
from stetho.inference.session import MurmurModel
from stetho.join import joined
from stetho.live import LiveAnalysis
from stetho.source import Archive, DeviceInfo, Hole, JournalingArchive, Source, SourceItem, is_marker
from stetho.stream import Chunk
from stetho.turns import TURNS
from stetho.warm import warm_up

LIVE_CAPACITY = 256
"""About 5 s of 20 ms chunks: older ones are no longer live."""
PATIENCE_S = 1.0
"""How long an item waits for room: a file waits for its reader, a device's own queue drops what grows old."""
ROOM_POLL_S = 0.02
ARCHIVE_CAPACITY = 4096
ARCHIVE_UNSEEN = 32
"""So many chunks of the archive may wait for the next live one; more of them are looked at for themselves."""
JOINED_S = 0.1
"""Chunks that wait are analysed together, up to so much: the result is the same, and a late worker catches up."""

_log = logging.getLogger(__name__)

Archived = tuple[Chunk, tuple[Hole, ...]]


class _Archives:
    """The recorder, if there is one, and the final verdict: both get the lossless side of the stream."""

    def __init__(self, recorder: Archive | None, saved: Lossless[Archived]) -> None:
        self._recorder, self._saved = recorder, saved

    def __call__(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        if self._recorder is not None:
            self._recorder(chunk, holes)
        self._saved.put((chunk, holes))

    def ahead(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        """What waits behind a hole: for a recorder that keeps a journal."""
        if isinstance(self._recorder, JournalingArchive):
            self._recorder.ahead(chunk, holes)


def _beats_model() -> BeatsModel | None:
    """None, with a word in the log, where it can't be used: beats then come from the murmur model, once a second."""
    try:
        return shipped_beats_model()
    except ModelError as error:
        _log.warning("Beats are said later than they could be: %s", error)
        return None


class Engine:
    """One device, streaming and analysed. Use it as an async context manager; it is used once."""

    def __init__(
        self,
        source: Source,
        *,
        model: MurmurModel | None = None,
        archive: Archive | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """archive: a lossless listener (the recorder), called before any processing."""
        self._source, self._model, self._recorder, self._clock = source, model, archive, clock
        self._hub = Hub()
        self._work_came = threading.Event()
        self._live = DropOldest[SourceItem](LIVE_CAPACITY, self._work_came.set, spare=is_marker)
        self._saved = Lossless[Archived](ARCHIVE_CAPACITY, self._archive_came)
        self._pump: asyncio.Task[None] | None = None
        self._device: DeviceInfo | None = None
        self._worker_error: Exception | None = None
        self._beats: BeatsModel | None = None

    @property
    def device(self) -> DeviceInfo:
        """What the device said of itself; known once the engine was entered."""
        if self._device is None:
            raise RuntimeError("The engine was not entered")
        return self._device

    async def __aenter__(self) -> Self:
        """Opens the device and warms the kernels up before it is told to start. Raises DeviceError, ModelError."""
        if self._model is None:
            self._model = await asyncio.to_thread(shipped_model)
        self._beats = await asyncio.to_thread(_beats_model)
        try:
            self._device = await self._source.open()
            await asyncio.to_thread(warm_up, self._source.spec(), self._model, self._beats)
        except BaseException:
            await self._source.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        await self._source.close()

    def subscribe(self, *kinds: type[Event]) -> Subscription:
        """Another listener; subscribe before `events` starts the stream to hear everything."""
        return self._hub.subscribe(*kinds)

    async def events(self, *kinds: type[Event]) -> AsyncIterator[Event]:
        """Starts the stream and gives its events until it ends. Raises what ended it, if that was an error."""
        subscription = self._hub.subscribe(*kinds)
        self.start()
        async for event in subscription:
            yield event

    def start(self) -> None:
        """Starts the stream, for subscriptions made before."""
        if self._pump is not None:
            raise RuntimeError("The stream was started already")
        self._pump = asyncio.create_task(self._run(), name="stetho-engine")

    def statistics(self) -> dict[str, HandoffStatistics]:
        """How the queues fare."""
        return {"live": self._live.statistics(), "archive": self._saved.statistics()}

    async def _run(self) -> None:
        """Moves items to the worker; whatever ends the stream reaches the listeners after the last event."""
        if self._model is None:
            raise RuntimeError("The engine was not entered")
        analysis = LiveAnalysis(
            self.device,
            self._source.spec(),
            self._model,
            self._clock,
            self._source.statistics,
            self.statistics,
            self._beats,
        )
        worker = threading.Thread(target=self._work, args=(analysis,), name="stetho-worker", daemon=True)
        worker.start()
        error: Exception | None = None
        try:
            async for item in self._source.stream(_Archives(self._recorder, self._saved)):
                if self._live.waiting >= LIVE_CAPACITY:
                    await self._room()
                self._live.put(item)
                if self._worker_error is not None:
                    break
        except Exception as caught:  # noqa: BLE001 - handed to whoever reads the events
            error = caught
        finally:
            self._live.close()
            self._saved.close()
            self._work_came.set()
            await asyncio.to_thread(worker.join)
            self._hub.end(self._worker_error or error)

    def _archive_came(self) -> None:
        """What is live comes right after it, as a rule, and wakes the worker for both."""
        if self._saved.waiting >= ARCHIVE_UNSEEN:
            self._work_came.set()

    async def _room(self) -> None:
        for _ in range(round(PATIENCE_S / ROOM_POLL_S)):
            if self._live.waiting < LIVE_CAPACITY:
                return
            await asyncio.sleep(ROOM_POLL_S)

    def _work(self, analysis: LiveAnalysis) -> None:
        """The worker thread. A fault in it ends the stream without a verdict, never with a wrong one."""
        try:
            while not (self._live.drained and self._saved.drained):
                self._work_came.wait()
                self._work_came.clear()  # before looking: what comes from now on wakes again
                with TURNS:
                    for item in joined(iter(self._live.get_nowait, None), JOINED_S):
                        self._publish(analysis.process(item))
                        self._publish_archived(analysis)
                    self._publish_archived(analysis)
            with TURNS:
                self._publish(analysis.finish())
        except Exception as caught:  # noqa: BLE001 - raised again in the event loop, by the subscriptions
            self._worker_error = caught
        finally:
            analysis.close()

    def _publish_archived(self, analysis: LiveAnalysis) -> None:
        while (archived := self._saved.get_nowait()) is not None:
            self._publish(analysis.archive(*archived))

    def _publish(self, events: Iterable[Event]) -> None:
        for event in events:
            self._hub.publish(event)
