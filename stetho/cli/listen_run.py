"""What is heard of a device or a file, on its way into a sound file."""

import asyncio
import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from stetho.dsp.time_stretch import HalfSpeed
from stetho.errors import DeviceError
from stetho.listening.chain import Listening, ListeningChain
from stetho.records.listened_file import Listened, ListenedFile
from stetho.source import DeviceInfo, Source
from stetho.stage import GapGate
from stetho.stream import Chunk, StreamSpec


@dataclass(frozen=True, slots=True)
class ListeningEnd:
    """What was written; `error` is what ended the stream early, `interrupted` says that ctrl-c did."""

    listened: Listened
    error: DeviceError | None
    interrupted: bool


class Ear:
    """Chunks in, what is heard out: the chain, and half speed behind it where that was asked for."""

    def __init__(self, listening: Listening, spec: StreamSpec, *, slowly: bool) -> None:
        """Raises ConfigError for a rate or a setting that won't do."""
        self._gate = GapGate()
        self._chain = ListeningChain(listening)
        self._slow = HalfSpeed() if slowly else None
        heard = self._chain.prepare(spec)
        if self._slow is not None:
            self._slow.prepare(heard)

    @property
    def look_ahead_s(self) -> float:
        return self._chain.look_ahead_s

    def hear(self, chunk: Chunk) -> Iterator[Chunk]:
        """Gives what is heard by now; a gap ends one sound and begins another."""
        if self._gate.opens_gap(chunk):
            yield from self.end()
            self._chain.reset("gap")
            if self._slow is not None:
                self._slow.reset("gap")
        yield from self._slowly(self._chain.process(chunk))

    def end(self) -> Iterator[Chunk]:
        """Gives the rest."""
        yield from self._slowly(self._chain.flush())
        if self._slow is not None:
            yield from self._slow.flush()

    def _slowly(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            if self._slow is None:
                yield chunk
            else:
                yield from self._slow.process(chunk)


class ListeningRun:
    """Listens until `seconds` were heard, the stream ends, the link is lost for good, or ctrl-c is pressed."""

    def __init__(self, source: Source, file: ListenedFile, listening: Listening, *, slowly: bool) -> None:
        self._source, self._file = source, file
        self._listening, self._slowly = listening, slowly

    async def run(self, seconds: float | None) -> ListeningEnd:
        """What was heard is kept, however it ends. Raises DeviceError or InputError where nothing was heard, RecordError."""
        error: DeviceError | None = None
        interrupted = False
        try:
            device = await self._source.open()
            ear = await asyncio.to_thread(Ear, self._listening, self._source.spec(), slowly=self._slowly)
            streaming = asyncio.create_task(self._stream(ear, math.inf if seconds is None else seconds))
            try:
                await asyncio.shield(streaming)
            except asyncio.CancelledError:
                interrupted = True
                await self._source.close()
                with suppress(asyncio.CancelledError, DeviceError):
                    await streaming
            except DeviceError as caught:
                error = caught
            for heard in ear.end():
                self._file.write(heard)
        finally:
            await self._source.close()
        listened = await asyncio.to_thread(self._file.finish, self._processing(ear), _made_from(device))
        return ListeningEnd(listened, error, interrupted)

    async def _stream(self, ear: Ear, seconds: float) -> None:
        left_s = seconds
        async for item in self._source.stream():
            if isinstance(item, Chunk) and left_s > 0.0:
                for heard in ear.hear(item):
                    self._file.write(heard)
                left_s -= item.spec.seconds(len(item))
                if left_s <= 0.0:
                    await self._source.close()  # what is on its way still comes, and is not heard

    def _processing(self, ear: Ear) -> dict[str, Any]:
        wish = self._listening
        return {
            "mode": wish.mode.word,
            "band_hz": [wish.mode.low_hz, wish.mode.high_hz],
            "gain_db": wish.gain_db,
            "without_hum": wish.without_hum,
            "without_spikes": wish.without_spikes,
            "quieter": wish.quieter,
            "half_speed": self._slowly,
            "look_ahead_ms": round(1000.0 * ear.look_ahead_s, 3),
        }


def _made_from(device: DeviceInfo) -> dict[str, Any]:
    return {"product": device.product, "driver": device.driver, "serial_number": device.serial_number}
