"""Packets to Chunks: what arrived, in order, on two outputs, with every hole named.

Sans I/O and without a clock: time is handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from firmware_bridge.assembly.archive import ArchiveOutput
from firmware_bridge.assembly.jump import JumpJudge
from firmware_bridge.assembly.live import WAIT_MS, LiveOutput
from firmware_bridge.assembly.piece import Piece
from firmware_bridge.assembly.resend import ResendPlanner
from firmware_bridge.assembly.span_set import SpanSet
from firmware_bridge.assembly.unwrap import WireIndices
from firmware_bridge.wire import Audio
from stetho.link_statistics import LinkStatistics
from stetho.source import Archive, JournalingArchive
from stetho.stream import Chunk, Samples, Span, StreamSpec, read_only

_FULL_SCALE = np.float32(1 / 32768)
_DEEPEST_S = 300
"""A ring said to be deeper than that is not waited for: pending samples stay below 10 MB at 4 kHz."""

CaptureTime = Callable[[int, int], int]
"""Host time in ns of a device time in us that arrived at a host time in ns."""


@dataclass(slots=True)
class _Counts:
    received: int = 0
    packets: int = 0
    duplicate: int = 0


class Assembler:
    """One stream's assembly. `feed` and `tick` give the live side; `archive` is called with the complete one.

    Raises OverrunError from any method that moves samples when `archive` does.
    """

    def __init__(
        self, spec: StreamSpec, ring_samples: int, capture_time: CaptureTime, archive: Archive | None = None
    ) -> None:
        self._spec = spec
        self._can_resend = ring_samples > 0
        self._ring = min(max(ring_samples, spec.rate_hz * WAIT_MS // 1000), _DEEPEST_S * spec.rate_hz)
        self._capture_time = capture_time
        self._sink = archive
        self._ahead = archive.ahead if isinstance(archive, JournalingArchive) else None
        self._live = LiveOutput(spec)
        self._archive = ArchiveOutput(spec)
        self._received = SpanSet()
        self._planner = ResendPlanner(longest=spec.rate_hz // 2)
        self._counts = _Counts()
        self._jumps = JumpJudge(spec.rate_hz)
        self._indices = WireIndices()
        self.newest = 0
        """Index after the last sample that is known to exist."""
        self.arrived = 0
        """Index after the last sample that came; a resend moves it only where it fills the end."""

    @property
    def live_next(self) -> int:
        """Index of the next sample that live will say."""
        return self._live.next

    @property
    def complete(self) -> bool:
        """Whether the archive has settled everything that is known to exist."""
        return self._archive.next >= self.newest

    def index(self, wire_index: int) -> int:
        """The stream's index of a 32-bit one from the wire."""
        return self._indices.index(wire_index, self.newest)

    def wire_index(self, index: int) -> int:
        """The 32-bit index on the wire of one of the stream's."""
        return self._indices.wire(index)

    def rebase(self, at: int) -> None:
        """The device forgot the stream and counts from 0 again, which is sample `at` (not before `newest`)."""
        self.expect(at)
        self._archive.give_up(Span(self._archive.next, self.newest))
        self._indices.rebase(self.newest)
        self._planner.restart()

    def feed(self, audio: Audio, now_ns: int) -> list[Chunk]:
        """Takes a packet that arrived at now_ns; gives the live chunks that it made known."""
        self._counts.packets += 1
        if audio.channels != len(self._spec.channels):
            return []
        if self._continues(audio):
            return [self._pass_on(audio, now_ns)]
        ahead = self.index(audio.first_sample) - self.newest
        for packet in self._jumps.believed(audio, ahead):
            self._place(packet, now_ns)
        return self._settle(now_ns)

    def tick(self, now_ns: int) -> list[Chunk]:
        """Time passed without a packet; gives what live waited for long enough."""
        return self._settle(now_ns)

    def expect(self, newest: int) -> None:
        """The device said that samples up to `newest` exist (stream index, as `index` gives it)."""
        if self._jumps.possible(newest - self.newest):
            self.newest = max(self.newest, newest)

    def unavailable(self, span: Span) -> None:
        """The device said that it can't send those samples again."""
        self._archive.give_up(Span(span.start, max(span.start, min(span.stop, self.newest))))

    def requests(self, now_ns: int) -> list[Span]:
        """The ranges to ask the device for now."""
        if not self._can_resend or self._planner.patient(now_ns):
            return []
        missing = self._received.gaps(Span(self._archive.next, max(self._archive.next, self.newest)))
        ask, vain = self._planner.plan(now_ns, self._archive.hoped_for(missing))
        for span in vain:
            self._archive.give_up(span)
        return ask

    def resumed(self, at: int) -> None:
        """The link is new and goes on at sample `at`: live goes on there, and all that is missing is asked for again."""
        self.expect(at)
        self._live.skip(min(at, self.newest))
        self._planner.restart()

    def ask_again(self) -> None:
        """The link is new: what is missing is asked for with all tries."""
        self._planner.restart()

    def finish_live(self) -> list[Chunk]:
        """The stream has ended: live waits no more."""
        return list(self._live.finish(self.newest))

    def close_archive(self) -> None:
        """Closes the ledger: what is missing now is lost."""
        self._archive.give_up(Span(0, self.newest))
        self._deliver()

    def _continues(self, audio: Audio) -> bool:
        """The usual case: nothing is missing anywhere, and this is the next packet."""
        newest = self.newest
        return (
            self._archive.next == newest
            and self._live.next == newest
            and audio.first_sample == self._indices.wire(newest)
            and not audio.resent
        )

    def _pass_on(self, audio: Audio, now_ns: int) -> Chunk:
        """One chunk for both sides, without a detour; the same as `_place` and `_settle` would give."""
        captured_ns = self._captured_ns(audio, now_ns)
        t0_ns = max(captured_ns, self._live.newest_t0_ns, self._archive.newest_t0_ns)
        chunk = Chunk(_float32(audio), self._spec, self.newest, t0_ns)
        self.newest = self.arrived = chunk.stop
        self._counts.received += audio.samples
        self._live.follow(chunk)
        self._archive.follow(chunk)
        if self._sink is not None:
            self._sink(chunk, ())
        return chunk

    def _captured_ns(self, audio: Audio, now_ns: int) -> int:
        """When a packet's first sample was taken. Asked of its end: no packet is sent before its last sample is there."""
        over_us = 1_000_000 * audio.samples // self._spec.rate_hz
        return self._capture_time(audio.device_time_us + over_us, now_ns) - 1000 * over_us

    def _place(self, audio: Audio, now_ns: int) -> None:
        first = self.index(audio.first_sample)
        settled = min(self._live.next, self._archive.next)
        stop = first + audio.samples
        fresh = self._received.gaps(Span(max(first, settled), stop)) if stop > settled else []
        if not fresh:
            self._counts.duplicate += 1
            return
        t0_ns = self._captured_ns(audio, now_ns)
        whole = Piece(first, _float32(audio), t0_ns, now_ns, audio.resent)
        for span in fresh:
            piece = whole.part(span, self._spec.rate_hz)
            self._received.add(span)
            self._counts.received += len(span)
            self._live.add(piece)
            self._archive.add(piece)
            if self._ahead is not None and span.start > self._archive.next:
                self._ahead(Chunk(piece.samples, self._spec, span.start, piece.t0_ns), piece.holes)
        self.newest = max(self.newest, stop)
        self.arrived = max(self.arrived, stop)

    def _settle(self, now_ns: int) -> list[Chunk]:
        chunks = list(self._live.ready(now_ns, self.newest))
        if self.newest - self._archive.next > self._ring:
            self._archive.give_up(Span(self._archive.next, self.newest - self._ring))
        self._deliver()
        self._received.forget_before(min(self._live.next, self._archive.next))
        return chunks

    def _deliver(self) -> None:
        for chunk, holes in self._archive.ready():
            if self._sink is not None:
                self._sink(chunk, holes)

    def statistics(self) -> LinkStatistics:
        """What this stream's samples met; bytes and frames are the source's to add."""
        return LinkStatistics(
            samples_received=self._counts.received,
            samples_concealed=self._live.concealed,
            samples_lost=self._archive.lost,
            samples_resent=self._archive.resent,
            packets_received=self._counts.packets,
            packets_duplicate=self._counts.duplicate,
        )


def _float32(audio: Audio) -> Samples:
    """int16 to full scale: exact, so that a recording can be turned back into what was sent."""
    return read_only(np.multiply(audio.pcm(), _FULL_SCALE, dtype=np.float32))
