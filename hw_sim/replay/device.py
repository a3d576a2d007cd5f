"""The device's side of a captured run, for any client: what it said then, when it said it, in the client's session."""

from pathlib import Path

from firmware_bridge.wire import Hello, Message, PacketDecoder, Ping, Start, Stop, StopReason, TimeRequest
from hw_sim.replay.frames import stopped
from hw_sim.replay.link import ReplayLink
from hw_sim.replay.played_link import PlayedLink
from hw_sim.replay.script import capabilities, read_links

_FORGET_US = 30_000_000
"""A client that says nothing for that long is no more, and a link that never came back is there for the next one."""

_NEVER_US = 1 << 62


class ReplayedDevice:
    """What a port drives, as hw_sim.device.Device. Links follow each other as they did; a new client hears the first.

    Whatever the client does, the device says what it said: resends that it did not ask for come, too. Only what
    belongs to a session is the client's own: nonce, stream id, tokens, and a STOP that comes early.
    linger_us: by how much later a link breaks than it did, on a port that takes what is on its way with it.
    """

    def __init__(self, links: tuple[ReplayLink, ...], linger_us: int = 0) -> None:
        self._links, self._linger_us = links, linger_us
        self.serial_number = next((found.serial_number for found in capabilities(links)), "REPLAYED")
        self._decoder = PacketDecoder()
        self._at = 0
        self._played: PlayedLink | None = None
        self._nonce: int | None = None
        self._stream_id = 0
        self._heard_us = 0
        self._broke_us = 0
        self._back_us: int | None = None

    @classmethod
    def of(cls, path: Path, linger_us: int = 0) -> "ReplayedDevice":
        """The device of a capture. Raises InputError for what is none."""
        return cls(read_links(path), linger_us)

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host."""
        if self.link_down(now_us):
            return
        if now_us - self._heard_us > _FORGET_US:
            self._begin_anew()
        self._heard_us = now_us
        for message in self._decoder.feed(data):
            self._take(message, now_us)

    def _take(self, message: Message, now_us: int) -> None:
        match message:
            case Hello():
                self._hello(message.nonce, now_us)
            case Start() if self._played is not None:
                self._start(self._played, message.stream_id, now_us)
            case Stop() if self._played is not None:
                self._played.stop(message.stream_id)
            case TimeRequest() if self._played is not None:
                self._played.asked_time(message.token)
            case Ping() if self._played is not None:
                self._played.asked_state(message.token)
            case _:
                return

    def _hello(self, nonce: int, now_us: int) -> None:
        if nonce == self._nonce:
            return  # said again, since no answer came; that comes when it came then
        if self._played is not None and self._played.did_its_part:
            self._at += 1
        self._nonce = nonce
        self._played = PlayedLink(self._links[self._at % len(self._links)], nonce, now_us)

    def _start(self, played: PlayedLink, stream_id: int, now_us: int) -> None:
        if self._at and not played.streaming:
            if stream_id != self._stream_id:
                played = self._first_link(played, now_us)
            elif self._at >= len(self._links):  # the same client, once more than then
                played.stop(stream_id)
                return
        self._stream_id = stream_id
        played.start(stream_id, now_us)

    def _first_link(self, played: PlayedLink, now_us: int) -> PlayedLink:
        """A new client was greeted by a link that is not the first: it hears the first."""
        if self._at % len(self._links):
            played = PlayedLink(self._links[0], self._nonce or 0, now_us)
            played.greeted()
        self._at, self._played = 0, played
        return played

    def advance(self, now_us: int) -> None:
        """Time goes on; what is due waits until it can be sent."""

    def poll(self, now_us: int) -> bytes:
        """What is to be sent by now."""
        if self._played is None or self.link_down(now_us):
            return b""
        return self._played.due(now_us)

    @property
    def due_us(self) -> int | None:
        """When `poll` or `link_down` has something new; None while it is the host's turn."""
        if self._back_us is not None:
            return self._back_us if self._back_us < _NEVER_US else None
        if self._played is None:
            return None
        times = [time for time in (self._played.due_us, self._breaks_us) if time is not None]
        return min(times, default=None)

    @property
    def _breaks_us(self) -> int | None:
        lost_us = None if self._played is None else self._played.lost_us
        return None if lost_us is None else lost_us + self._linger_us

    def link_down(self, now_us: int) -> bool:
        """Whether the link is gone, as it was then."""
        played, breaks_us = self._played, self._breaks_us
        if played is not None and breaks_us is not None and breaks_us <= now_us:
            gone_us = _NEVER_US if played.gone_us is None else played.gone_us
            self._back_us = breaks_us + max(0, gone_us - self._linger_us)
            self._broke_us = breaks_us
            played.break_off()
        if self._back_us is not None and self._back_us >= _NEVER_US and now_us - self._broke_us > _FORGET_US:
            self._begin_anew()
        if self._back_us is not None and self._back_us <= now_us:
            self._back_us = None
        return self._back_us is not None

    @property
    def may_vanish(self) -> bool:
        """A captured link may have broken."""
        return True

    def _begin_anew(self) -> None:
        self._at, self._played, self._nonce, self._stream_id = 0, None, None, 0
        self._back_us = None

    def taken_over(self) -> bytes:
        """Another client comes: the last bytes for the one that has to go."""
        played = self._played
        self.client_lost()
        return b"" if played is None else stopped(self._stream_id, StopReason.TAKEN_OVER, played.next_sample)

    def client_lost(self) -> None:
        """The port says that the client is gone."""
        self._nonce = None
        self._decoder = PacketDecoder()
