"""A recording as a Source: played at its own pace, so that everything live can be tried on a file."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from stetho.audio_file import AudioFile
from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError
from stetho.link_statistics import LinkStatistics
from stetho.source import Archive, DeviceInfo, LinkChange, LinkState, SourceItem
from stetho.stream import Chunk, StreamSpec

CHUNK_S = 0.02
_DRIVE = re.compile("/[A-Za-z]:/")
READ_AHEAD_CHUNKS = 50


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a file is played: `speed` times its own rate; 0 is as fast as it is taken."""

    speed: float

    def due_ns(self, start_ns: int, now_ns: int, samples: int, rate_hz: int) -> int:
        """When, on the host's monotonic clock, sample number `samples` is there."""
        if self.speed == 0:
            return now_ns
        return start_ns + round(samples * 1e9 / (rate_hz * self.speed))


class FileSource:
    """Plays the chest channel of a recording. Simulated and replayed recordings keep their origin."""

    def __init__(self, path: Path, address: str, pace: Pace, clock: Clock = SYSTEM_CLOCK) -> None:
        self._path, self._address, self._pace, self._clock = path, address, pace, clock
        self._audio: AudioFile | None = None
        self._streaming = False
        self._closing = asyncio.Event()
        self._statistics = LinkStatistics()

    async def open(self) -> DeviceInfo:
        """Raises InputError for a file that can't be read."""
        audio = await asyncio.to_thread(AudioFile, self._path)
        self._audio = audio
        return DeviceInfo(
            address=self._address,
            driver="file",
            product="recording",
            hardware="-",
            firmware="-",
            serial_number="-",
            origin=audio.info.origin,
            codec=audio.info.encoding.lower(),
            rate_hz=audio.info.sample_rate_hz,
            channels=audio.spec.channels,
            has_contact_sensor=False,
        )

    def spec(self) -> StreamSpec:
        return self._opened().spec

    async def stream(self, archive: Archive | None = None) -> AsyncIterator[SourceItem]:
        """Raises InputError where a sample is no number."""
        audio = self._opened()
        self._streaming = True
        try:
            async for item in self._play(audio, archive):
                yield item
        finally:
            self._streaming = False
            audio.close()

    async def _play(self, audio: AudioFile, archive: Archive | None) -> AsyncIterator[SourceItem]:
        chunks = audio.chunks(CHUNK_S)
        start_ns = self._clock.monotonic_ns()
        yield LinkChange(LinkState.STREAMING, 0, start_ns)
        played = 0
        while not self._closing.is_set() and (batch := await asyncio.to_thread(_take, chunks)):
            for chunk in batch:
                if self._closing.is_set():
                    break
                timed = await self._arrival(chunk, start_ns)
                played = chunk.stop
                self._statistics = replace(self._statistics, samples_received=played)
                if archive is not None:
                    archive(timed, ())
                yield timed
        yield LinkChange(
            LinkState.ENDED,
            played,
            self._clock.monotonic_ns(),
            "stopped" if self._closing.is_set() else "the file ended",
        )

    def statistics(self) -> LinkStatistics:
        return self._statistics

    async def close(self) -> None:
        """A stream that runs ends with its next chunk, and closes the file itself."""
        self._closing.set()
        if self._audio is not None and not self._streaming:
            self._audio.close()

    def _opened(self) -> AudioFile:
        if self._audio is None:
            raise RuntimeError("open() comes first")
        return self._audio

    async def _arrival(self, chunk: Chunk, start_ns: int) -> Chunk:
        """The chunk with its capture time, once its last sample is due; gives the loop a turn at least."""
        now_ns, rate_hz = self._clock.monotonic_ns(), chunk.spec.rate_hz
        due_ns = self._pace.due_ns(start_ns, now_ns, chunk.stop, rate_hz)
        await asyncio.sleep(max(0.0, (due_ns - now_ns) / 1e9))
        return replace(chunk, t0_ns=self._pace.due_ns(start_ns, now_ns, chunk.start, rate_hz))


def _take(chunks: Iterator[Chunk]) -> list[Chunk]:
    """A second of chunks at a time: the disk is read beside the event loop, seldom."""
    return list(islice(chunks, READ_AHEAD_CHUNKS))


def open_file(uri: DeviceUri) -> FileSource:
    """`file:///path/a.wav?speed=1`: speed 0 is as fast as it is taken. Raises ConfigError for a bad speed."""
    speed = uri.number("speed", 1.0)
    if not 0 <= speed <= 1000:
        raise ConfigError(f"speed={speed:g} in {uri.text} must be from 0 (as fast as it goes) to 1000.")
    return FileSource(_path_of(uri), uri.text, Pace(speed))


def _path_of(uri: DeviceUri) -> Path:
    """`file:///a.wav` is /a.wav, `file://a.wav` lies in the working folder, `file:///C:/a.wav` on drive C."""
    path = unquote(uri.target)
    return Path(path[1:] if _DRIVE.match(path) else path)
