"""A line-in or a USB stethoscope that this computer sees as a sound input, as a Source."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Protocol
from urllib.parse import unquote

from firmware_bridge.audio import AudioSystem
from firmware_bridge.audio_blocks import AudioBlock, BlockCallback
from firmware_bridge.audio_inputs import AudioInput
from firmware_bridge.audio_stream import AudioStream
from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.device_uri import DeviceUri
from stetho.errors import ConfigError, DeviceUnavailableError
from stetho.handoff import DropOldest
from stetho.link_statistics import LinkStatistics
from stetho.source import Archive, DeviceInfo, Source, SourceItem
from stetho.stream import Origin, StreamSpec

DRIVER = "audio_input"
RESPONSE_UNKNOWN = "frequency response not known"

_QUERY = ("channel", "rate_hz", "reconnect_s")
_SLOWEST_HZ, _FASTEST_HZ = 2000, 192_000
_WAITING = 2048
"""40 s of 20 ms: what a program that is frozen for longer misses is marked as lost."""


class Line(Protocol):
    """An input that was opened; both methods may wait for the sound system."""

    def start(self) -> None: ...

    def close(self) -> None: ...


class SoundSystem(Protocol):
    """Where inputs are found and opened, as `AudioSystem` does it; both methods raise DeviceError or ConfigError."""

    def find(self, wanted: str) -> AudioInput: ...

    def open(self, of: AudioInput, rate_hz: int, callback: BlockCallback, ended: Callable[[], None]) -> Line: ...


class AudioSource:
    """Takes one channel of a sound input as the chest. Used once: open, stream, close.

    uri brings the input (`audio://NAME`, a part of it, a number of `stetho devices`, or nothing for the system's own
    choice), `rate_hz` and `channel`, from 1. system: called once, beside the event loop.
    """

    def __init__(
        self, uri: DeviceUri, system: Callable[[], SoundSystem] = AudioSystem, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._uri, self._system, self._clock = uri, system, clock
        self._rate_hz, self._channel = uri.integer("rate_hz", 0), uri.integer("channel", 1)
        if "rate_hz" in uri.query and not _SLOWEST_HZ <= self._rate_hz <= _FASTEST_HZ:
            raise ConfigError(f"rate_hz={self._rate_hz} in {uri.text} must be from {_SLOWEST_HZ} to {_FASTEST_HZ}.")
        if self._channel < 1:
            raise ConfigError(f"channel={self._channel} in {uri.text} must be 1 or more.")
        self._line: Line | None = None
        self._spec: StreamSpec | None = None
        self._stream: AudioStream | None = None

    async def open(self) -> DeviceInfo:
        """Raises DeviceError, ConfigError."""
        loop = asyncio.get_running_loop()
        something, ended = asyncio.Event(), asyncio.Event()
        blocks = DropOldest[AudioBlock](_WAITING, _telling(loop, something.set))
        found = await asyncio.to_thread(self._open, blocks, _telling(loop, ended.set))
        rate_hz = self._rate_hz or found.rate_hz
        self._spec = StreamSpec(rate_hz, Origin.DEVICE)
        assert self._line is not None  # noqa: S101  # _open set it
        self._stream = AudioStream(self._spec, self._line, blocks, something, ended, self._clock)
        return DeviceInfo(
            address=self._uri.text,
            driver=DRIVER,
            product=found.name,
            hardware=f"audio input ({found.host_api}), {RESPONSE_UNKNOWN}",
            firmware="-",
            serial_number="-",
            origin=Origin.DEVICE,
            codec="pcm16",
            rate_hz=rate_hz,
            channels=self._spec.channels,
            has_contact_sensor=False,
        )

    def spec(self) -> StreamSpec:
        if self._spec is None:
            raise DeviceUnavailableError(f"{self._uri.text} is not open: call open() first.", reason="protocol")
        return self._spec

    async def stream(self, archive: Archive | None = None) -> AsyncGenerator[SourceItem, None]:
        """Raises ConnectionLostError when the input goes away: it is not looked for again."""
        self.spec()
        assert self._stream is not None  # noqa: S101  # set with the spec
        items = self._stream.items(archive)
        try:
            async for item in items:
                yield item
        finally:
            await items.aclose()

    def statistics(self) -> LinkStatistics:
        return self._stream.statistics() if self._stream is not None else LinkStatistics()

    async def close(self) -> None:
        if self._stream is not None:
            await self._stream.stop()
        line, self._line = self._line, None
        if line is not None:
            await asyncio.to_thread(line.close)

    def _open(self, blocks: DropOldest[AudioBlock], ended: Callable[[], None]) -> AudioInput:
        system = self._system()
        found = system.find(unquote(self._uri.target).strip("/"))
        if self._channel > found.channels:
            raise ConfigError(f"{found.name} has {found.channels} channels; channel={self._channel} is not possible.")
        rate_hz = self._rate_hz or found.rate_hz
        callback = BlockCallback(rate_hz, self._channel - 1, blocks, self._clock)
        self._line = system.open(found, rate_hz, callback, ended)
        return found


def open_audio(uri: DeviceUri) -> Source:
    """`audio://`, `audio://USB%20Audio?rate_hz=48000&channel=2`. Raises ConfigError for an address that is wrong."""
    for key in uri.query:
        if key not in _QUERY:
            raise ConfigError(f"{key}= in {uri.text} means nothing here; known: {', '.join(_QUERY)}.")
    return AudioSource(uri)


def _telling(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> Callable[[], None]:
    """`what`, to be said from any thread to the loop, or to nobody when that is closed."""

    def tell() -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(what)

    return tell
