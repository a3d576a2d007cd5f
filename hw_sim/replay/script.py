"""From a capture to its links."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from firmware_bridge.wire import Capabilities, Hello, PacketDecoder, Ping, Start, TimeRequest
from firmware_bridge.wire_capture import MOST_BYTES, Captured, WireEvent, read_capture
from hw_sim.replay.frames import FrameCutter
from hw_sim.replay.link import Ending, Moment, ReplayLink
from stetho.errors import InputError


def read_links(path: Path) -> tuple[ReplayLink, ...]:
    """The links of a capture, in order. Raises InputError where there is none, or it is no capture."""
    if path.is_file() and path.stat().st_size > 2 * MOST_BYTES:
        raise InputError(f"{path} is longer than any capture of stetho; it can't be replayed.")
    links: list[ReplayLink] = []
    reading: _Reading | None = None
    ended_us = now_us = 0
    for captured in read_capture(path):
        now_us = captured.time_ns // 1000
        if captured.event is WireEvent.OPENED:
            if reading is not None:
                links.append(reading.link(Ending.CUT, now_us))
                ended_us = now_us
            if links:
                links[-1] = replace(links[-1], gone_us=now_us - ended_us)
            reading = _Reading(now_us)
        elif reading is not None:
            reading.take(captured, now_us)
            if captured.event in _ENDINGS:
                links.append(reading.link(_ENDINGS[captured.event], now_us))
                reading, ended_us = None, now_us
    if reading is not None:
        links.append(reading.link(Ending.CUT, now_us))
    if not any(link.greeting or link.stream for link in links):
        raise InputError(f"No device says anything in {path}; there is nothing to replay.")
    return tuple(links)


_ENDINGS = {WireEvent.LOST: Ending.LOST, WireEvent.CLOSED: Ending.CLOSED}


class _Reading:
    """A link while its records are read."""

    def __init__(self, opened_us: int) -> None:
        self._host, self._cutter = PacketDecoder(), FrameCutter()
        self._greeting: list[Moment] = []
        self._stream: list[Moment] = []
        self._said_us = opened_us
        self._started = False
        self._nonces: set[int] = set()
        self._stream_ids: set[int] = set()
        self._times: list[int] = []
        self._pings: list[int] = []

    def take(self, captured: Captured, now_us: int) -> None:
        if captured.event is WireEvent.FROM_DEVICE:
            self._device(captured.data, now_us)
        elif captured.event is WireEvent.FROM_HOST:
            self._take_host(captured.data, now_us)

    def _device(self, data: bytes, now_us: int) -> None:
        moments = self._stream if self._started else self._greeting
        moments.extend(Moment(now_us - self._said_us, frame) for frame in self._cutter.feed(data))

    def _take_host(self, data: bytes, now_us: int) -> None:
        for message in self._host.feed(data):
            match message:
                case Hello() if not self._started and message.nonce not in self._nonces:
                    self._nonces.add(message.nonce)
                    self._said_us = now_us
                case Start():
                    self._stream_ids.add(message.stream_id)
                    if not self._started:
                        self._started, self._said_us = True, now_us
                case TimeRequest():
                    self._times.append(message.token)
                case Ping():
                    self._pings.append(message.token)
                case _:
                    continue

    def link(self, ending: Ending, now_us: int) -> ReplayLink:
        moments = self._stream if self._started else self._greeting
        lasted_us = now_us - self._said_us
        moments.extend(Moment(lasted_us, frame) for frame in self._cutter.rest())
        return ReplayLink(
            tuple(self._greeting),
            tuple(self._stream),
            self._started,
            frozenset(self._stream_ids),
            tuple(self._times),
            tuple(self._pings),
            ending,
            lasted_us,
            None,
        )


def capabilities(links: tuple[ReplayLink, ...]) -> Iterator[Capabilities]:
    """What the captured device said of itself."""
    for link in links:
        for moment in link.greeting:
            for message in PacketDecoder().feed(moment.frame.data):
                if isinstance(message, Capabilities):
                    yield message
