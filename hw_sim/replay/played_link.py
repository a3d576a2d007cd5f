"""One captured link while a client hears it."""

from collections.abc import Iterator

from firmware_bridge.wire import Capabilities, Pong, Stopped, StopReason, TimeReply
from hw_sim.replay.frames import WireFrame, is_a, stopped
from hw_sim.replay.link import Ending, Moment, ReplayLink


class PlayedLink:
    """Begins with a client's HELLO; `start` begins the stream. Times are the simulated machine's, in microseconds."""

    def __init__(self, link: ReplayLink, nonce: int, now_us: int) -> None:
        self._link, self._nonce = link, nonce
        self._greeting, self._greeted_us = _Timeline(link.greeting, now_us), now_us
        self._stream: _Timeline | None = None
        self._times: list[int] = []
        self._pings: list[int] = []
        self._owed: dict[int, WireFrame] = {}
        self._answers: list[bytes] = []
        self._over = self._broken = self._stopped = False
        self.stream_id = 0
        self.next_sample = 0
        """The wire's index after the last live sample that was played."""

    @property
    def streaming(self) -> bool:
        """Whether the client began the stream."""
        return self._stream is not None

    @property
    def did_its_part(self) -> bool:
        """Whether the client came as far as the captured host: the next HELLO is that of the next link."""
        return self._stream is not None or not self._link.started

    def start(self, stream_id: int, now_us: int) -> None:
        """The client's START; one that is repeated changes nothing."""
        self.stream_id = stream_id
        if self._stream is None:
            self._stream = _Timeline(self._link.stream, now_us)

    def greeted(self) -> None:
        """The greeting was said already, on behalf of another link."""
        self._greeting = _Timeline((), self._greeted_us)

    def break_off(self) -> None:
        """The link broke: nothing more is said on it."""
        self._over = self._broken = True

    def stop(self, stream_id: int) -> None:
        """The client has enough, whatever the captured host had."""
        self._over = not self._stopped  # after STOPPED the ring still serves resends
        self._answers.append(stopped(stream_id, StopReason.REQUESTED, self.next_sample))

    def asked_time(self, token: int) -> None:
        """TIME_REQUEST: its answer comes when it came then, or now where that time has passed."""
        self._times.append(token)
        owed = self._owed.pop(len(self._times) - 1, None)
        if owed is not None:
            self._answers.append(owed.answering(token).data)

    def asked_state(self, token: int) -> None:
        """PING."""
        self._pings.append(token)

    def due(self, now_us: int) -> bytes:
        """What is to be said by now."""
        said = [*self._answers]
        self._answers.clear()
        if not self._over:
            said.extend(self._say(frame) for frame in self._frames(now_us))
            if self._is_cut():
                self._over = True
                said.append(stopped(self.stream_id, StopReason.ENDED, self.next_sample))
        return b"".join(said)

    def _frames(self, now_us: int) -> Iterator[WireFrame]:
        yield from self._greeting.due(now_us)
        if self._stream is not None:
            yield from self._stream.due(now_us)

    def _is_cut(self) -> bool:
        """The capture ends in the middle of the stream: so does the replay, and says so."""
        ended = self._stream is not None and self._stream.due_us is None
        return ended and self._link.ending is Ending.CUT and not self._stopped

    def _say(self, frame: WireFrame) -> bytes:
        self.next_sample = frame.live_stop() or self.next_sample
        if is_a(frame, Capabilities):
            return frame.greeting(self._nonce)
        if is_a(frame, TimeReply):
            return self._answer_time(frame)
        if is_a(frame, Pong):
            at = _place(frame.token, self._link.pings)
            frame = frame.answering(self._pings[at]) if at is not None and at < len(self._pings) else frame
        self._stopped = self._stopped or is_a(frame, Stopped)
        return frame.of_stream(self.stream_id, self._link.stream_ids)

    def _answer_time(self, frame: WireFrame) -> bytes:
        at = _place(frame.token, self._link.times)
        if at is None:
            return frame.data
        if at >= len(self._times):
            self._owed[at] = frame
            return b""
        return frame.answering(self._times[at]).data

    @property
    def due_us(self) -> int | None:
        """When there is something to say; None while it is the client's turn."""
        if self._answers:
            return 0
        if self._over:
            return None
        times = [self._greeting.due_us, self._stream.due_us if self._stream is not None else None]
        return min((time for time in times if time is not None), default=None)

    @property
    def lost_us(self) -> int | None:
        """When the link breaks, as it did then; None where it did not, or it is the client's turn."""
        if self._link.ending is not Ending.LOST or not self.did_its_part or self._broken:
            return None
        since_us = self._greeted_us if self._stream is None else self._stream.began_us
        return since_us + self._link.lasted_us

    @property
    def gone_us(self) -> int | None:
        """For how long it stays away; None where it never came back."""
        return self._link.gone_us


class _Timeline:
    """Moments, one after the other, from some time on."""

    def __init__(self, moments: tuple[Moment, ...], began_us: int) -> None:
        self._moments, self.began_us = moments, began_us
        self._next = 0

    def due(self, now_us: int) -> Iterator[WireFrame]:
        while (due_us := self.due_us) is not None and due_us <= now_us:
            self._next += 1
            yield self._moments[self._next - 1].frame

    @property
    def due_us(self) -> int | None:
        """When the next one comes; None after the last."""
        if self._next == len(self._moments):
            return None
        return self.began_us + self._moments[self._next].after_us


def _place(token: int, asked: tuple[int, ...]) -> int | None:
    """Which question an answer belongs to."""
    return asked.index(token) if token in asked else None
