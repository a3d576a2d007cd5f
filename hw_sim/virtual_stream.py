"""A simulated device in memory, heard through the bridge in virtual time: a minute of it in a second, always the same."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Self

import numpy as np

from firmware_bridge.source import BridgeSource
from hw_sim.pace import Pace
from hw_sim.ports.memory import MemoryOpener
from hw_sim.recipe import Recipe
from hw_sim.sound import Pcm
from hw_sim.truth import Truth
from hw_sim.virtual_time import VirtualClock, virtual_loop
from stetho.device_uri import DeviceUri
from stetho.link_statistics import LinkStatistics
from stetho.source import DeviceInfo, Hole, SourceItem
from stetho.stream import Chunk

_FULL_SCALE = 32768
_RECONNECT_S = 30


class VirtualStream:
    """Entered, the device is open; iterated, it gives what its live side gives, as it comes; left, it is gone.

    Not for use inside of a running event loop. `info`: what the device said of itself. `truth`: what it should be
    found to have heard. Raises, while iterated, what the bridge raises: ConnectionLostError, say.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.truth = Truth(recipe)
        self._clock = VirtualClock()
        self._runner = asyncio.Runner(loop_factory=virtual_loop(self._clock))
        address = DeviceUri.parse(f"sim://{recipe.name}?reconnect_s={_RECONNECT_S}")
        self._source = BridgeSource(MemoryOpener(recipe.device(), Pace(1.0, self._clock)), address, clock=self._clock)
        self._items = self._source.stream(self._archive)
        self._archived: list[Chunk] = []
        self._holes: list[Hole] = []
        self._info: DeviceInfo | None = None

    def __enter__(self) -> Self:
        self._info = self._runner.run(self._source.open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner:
            self._runner.run(self._items.aclose())
            self._runner.run(self._source.close())

    @property
    def info(self) -> DeviceInfo:
        if self._info is None:
            raise RuntimeError("The stream was not entered: use it in a `with` block.")
        return self._info

    @property
    def now_s(self) -> float:
        """What the virtual clock says: how long a real device would have taken so far."""
        return self._clock.monotonic_ns() / 1e9

    def __iter__(self) -> Iterator[SourceItem]:
        """The live side: chunks, and what happened to link, contact and battery; goes on where it was left."""
        while (item := self._runner.run(_next_of(self._items))) is not None:
            yield item

    def chunks(self) -> Iterator[Chunk]:
        """The sound of the live side alone."""
        return (item for item in self if isinstance(item, Chunk))

    def recording(self) -> Pcm:
        """Hears the stream to its end, and gives its archive, int16 (n,): zeros where samples are lost."""
        for _ in self:
            pass
        pieces = [np.rint(chunk.chest * _FULL_SCALE).astype(np.int16) for chunk in self._archived]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)

    @property
    def ledger(self) -> tuple[Hole, ...]:
        """What of the archive so far was resent or lost."""
        return tuple(self._holes)

    def statistics(self) -> LinkStatistics:
        return self._source.statistics()

    def _archive(self, chunk: Chunk, holes: tuple[Hole, ...], /) -> None:
        self._archived.append(chunk)
        self._holes.extend(holes)


async def _next_of(items: AsyncIterator[SourceItem]) -> SourceItem | None:
    return await anext(items, None)
