"""Blocks of a sound input to a stream: what was lost on the way gets its place and its size."""

from collections.abc import Callable
from dataclasses import replace

from firmware_bridge.arrival_delay import ArrivalDelay
from firmware_bridge.assemble import Assembler
from firmware_bridge.audio_blocks import AudioBlock
from firmware_bridge.live_side import LiveSide
from firmware_bridge.stall import Flow, StallWatch
from firmware_bridge.wire import Audio, Codec
from stetho.errors import ConnectionLostError
from stetho.link_statistics import LinkStatistics
from stetho.source import Archive, LinkState, SourceItem
from stetho.stream import Chunk, Span, StreamSpec

_NS = 1_000_000_000
_SILENT_LOSS_NS = 500_000_000
"""Later than that, and nobody said why: no sound system keeps so much, so the samples in between are lost."""

_LONGEST_NS = 3600 * _NS
_WIRE = 1 << 32


class AudioIntake:
    """Sans I/O: blocks and time go in, items go to `emit`. Raises OverrunError when the archive can't keep up.

    PortAudio says *that* samples were discarded and not how many. The clock does: a block's place is where its capture
    time puts it, to within what the sound system's times jitter. One sample at least is marked as lost.
    """

    def __init__(self, spec: StreamSpec, archive: Archive | None, emit: Callable[[SourceItem], None]) -> None:
        self._rate_hz = spec.rate_hz
        self._arrivals = ArrivalDelay()
        self._delay_ns: int | None = None
        self._assembler = Assembler(spec, 0, self._captured_ns, archive)
        self._live = LiveSide(self._assembler, emit)
        self._watch = StallWatch(0)
        self._lost = self._overflows = self._packets = 0

    def begin(self, now_ns: int) -> None:
        """The input runs from now on."""
        self._watch = StallWatch(now_ns)
        self._live.begin(now_ns)

    def block(self, block: AudioBlock, now_ns: int) -> None:
        """Takes the next block. Raises ConnectionLostError where over an hour is missing."""
        self._lost += self._missing_before(block)
        first, n = block.first + self._lost, block.pcm.size
        payload = block.pcm.astype("<i2", copy=False).tobytes()
        sound = Audio(0, self._packets % _WIRE, first % _WIRE, n, Codec.PCM16, 1, _us(first, self._rate_hz), payload)
        self._packets += 1
        self._gone_for_good(first)
        chunks = self._assembler.feed(sound, block.end_ns)
        if self._watch.saw(self._assembler.arrived, now_ns):
            self._live.flows()
        self._live.say(chunks, now_ns)

    def tick(self, now_ns: int) -> Flow:
        """Time passed: says what waited long enough, and, once, that nothing comes."""
        self._live.say(self._assembler.tick(now_ns), now_ns)
        flow = self._watch.flow(now_ns)
        if flow is not Flow.RUNNING:
            self._live.link(LinkState.STALLED, now_ns, "no samples come")
        return flow

    def slept(self, for_ns: int) -> None:
        """This program did nothing for so long; the input is not to blame."""
        self._watch.slept(for_ns)

    def fresh(self, chunk: Chunk, now_ns: int) -> bool:
        """Whether a chunk is still live; one that is not is counted, and the archive alone keeps it."""
        return self._live.fresh(chunk, now_ns)

    def close(self, state: LinkState, now_ns: int, reason: str) -> None:
        """No more is to come: says the rest and why, and closes the ledger. Can be called twice."""
        if not self._live.finished:
            self._live.finish(now_ns)
            self._live.link(state, now_ns, reason)
            self._assembler.close_archive()

    def statistics(self) -> LinkStatistics:
        return replace(
            self._assembler.statistics(),
            samples_stale=self._live.samples_stale,
            overflows=self._overflows,
            samples_overflowed=self._lost,
        )

    def _missing_before(self, block: AudioBlock) -> int:
        """How many samples PortAudio discarded before a block; those that wait nowhere any more are counted already."""
        if self._delay_ns is None:  # many a card flags its first block: what was before is no part of the stream
            return 0
        stop = block.first + self._lost + block.pcm.size
        late_ns = block.end_ns - 1000 * _us(stop, self._rate_hz) - self._delay_ns
        if late_ns > _LONGEST_NS:
            raise ConnectionLostError("The computer slept, and the sound input with it: start again.")
        if not block.overflowed and late_ns < _SILENT_LOSS_NS:
            return 0
        self._overflows += 1
        return max(1, late_ns * self._rate_hz // _NS)

    def _gone_for_good(self, until: int) -> None:
        """No sound card sends anything again: what is missing before the next block is not waited for."""
        missing = Span(self._assembler.newest, until)
        self._assembler.expect(until)
        self._assembler.unavailable(missing)

    def _captured_ns(self, sample_us: int, end_ns: int) -> int:
        """Smooths the sound system's times: samples come evenly, and the least delayed block says when they began."""
        self._delay_ns = self._arrivals.smallest_ns(end_ns - 1000 * sample_us, end_ns)
        return min(end_ns, 1000 * sample_us + self._delay_ns)


def _us(sample: int, rate_hz: int) -> int:
    return sample * 1_000_000 // rate_hz
