"""The laws of assembly, over any pattern of loss, duplication, delay and resends."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.assemble import Assembler
from stetho.source import HoleFate
from stetho.stream import Origin, Span, StreamSpec

SPEC = StreamSpec(4000, Origin.SIMULATED)
PACKET = 80
PACKET_NS = 20_000_000
FULL_SCALE = np.float32(32768)


@dataclass
class Run:
    """An assembler with a device's ring behind it, and everything that came out."""

    rig: object
    sound: np.ndarray
    ring: int = 100_000
    answers: bool = True
    cut: int = PACKET
    live: list = field(default_factory=list)
    archive: list = field(default_factory=list)
    holes: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def __post_init__(self):
        self.assembler = Assembler(SPEC, self.ring, lambda us, arrived_ns: min(1000 * us, arrived_ns), self._store)
        self.now_ns = 10**12

    def _store(self, chunk, holes):
        self.archive.append(chunk)
        self.holes.extend(holes)

    def feed(self, number: int, resent: bool = False) -> None:
        self.feed_range(number * PACKET, PACKET, resent)

    def feed_range(self, start: int, samples: int, resent: bool = False) -> None:
        packet = self.rig.audio(self.sound, start, samples, resent=resent)
        self.live += self.assembler.feed(packet, self.now_ns)

    def step(self, ns: int = PACKET_NS) -> None:
        self.now_ns += ns
        self.live += self.assembler.tick(self.now_ns)
        for span in self.assembler.requests(self.now_ns):
            self.asked.append(span)
            if self.answers:
                first = span.start // self.cut * self.cut
                for start in range(first, min(span.stop, len(self.sound)), self.cut):
                    self.feed_range(start, min(self.cut, len(self.sound) - start), resent=True)

    def end(self) -> None:
        self.assembler.expect(len(self.sound))
        for _ in range(400):
            self.step(50_000_000)
        self.live += self.assembler.finish_live()
        self.assembler.close_archive()

    def check_laws(self) -> None:
        self._check_live()
        self._check_archive()

    def _check_live(self) -> None:
        at = 0
        for chunk in self.live:
            assert chunk.start >= at, "live went back"
            at = chunk.stop
            if chunk.concealed:
                assert chunk.concealed == (chunk.span,)
                assert len(chunk) <= 0.060 * SPEC.rate_hz
            else:
                assert np.array_equal(chunk.chest * FULL_SCALE, self.sound[chunk.start : chunk.stop])

    def _check_archive(self) -> None:
        heard = np.concatenate([np.zeros(0, np.float32), *(c.chest for c in self.archive)]) * FULL_SCALE
        assert [c.start for c in self.archive] == [0, *(c.stop for c in self.archive)][:-1]
        assert len(heard) == self.assembler.newest
        expected = self.sound[: len(heard)].astype(np.float32)
        for hole in self.holes:
            if hole.fate is HoleFate.LOST:
                expected[hole.span.start : hole.span.stop] = 0
        assert np.array_equal(heard, expected), "the archive differs from the truth where the ledger says nothing"
        marked = sum(len(span) for chunk in self.archive for span in chunk.concealed)
        statistics = self.assembler.statistics()
        assert marked == statistics.samples_lost == sum(len(h.span) for h in self.holes if h.fate is HoleFate.LOST)
        # More, where samples came after the archive had given them up and before live went on.
        assert statistics.samples_received + statistics.samples_lost >= self.assembler.newest


fates = st.sampled_from(["ok"] * 6 + ["lost", "twice", "late", "very late"])


def play(run: Run, pattern: list[str], gone: frozenset[int] = frozenset()) -> None:
    """Packet after packet, each with its fate; a late one comes two packets later, a very late one after twelve.

    The middle of the packets in `gone` is said to be unavailable.
    """
    due: dict[int, list[int]] = {}
    for number, fate in enumerate(pattern):
        if fate in {"ok", "twice"}:
            run.feed(number)
        if fate == "twice":
            run.feed(number)
        if fate in {"late", "very late"}:
            due.setdefault(number + (2 if fate == "late" else 12), []).append(number)
        if number - 1 in gone:
            run.assembler.unavailable(Span((number - 1) * PACKET + 20, (number - 1) * PACKET + 60))
        for late in due.pop(number, []):
            run.feed(late)
        run.step()
    run.end()


@given(
    st.lists(fates, min_size=1, max_size=60),
    st.booleans(),
    st.sampled_from([0, 800, 100_000]),
    st.sampled_from([PACKET, 56, 200]),
    st.frozensets(st.integers(0, 60)),
)
def test_whatever_the_link_does_live_never_goes_back_and_the_ledger_is_right(rig, pattern, answers, ring, cut, gone):
    run = Run(rig, rig.pcm(len(pattern) * PACKET), ring, answers, cut)
    play(run, pattern, gone)
    run.check_laws()


@given(st.lists(fates, min_size=1, max_size=60))
def test_with_a_device_that_answers_the_archive_is_the_truth(rig, pattern):
    run = Run(rig, rig.pcm(len(pattern) * PACKET))
    play(run, pattern)
    run.check_laws()
    assert run.assembler.statistics().samples_lost == 0
    assert all(hole.fate is HoleFate.RESENT for hole in run.holes)


@given(st.lists(st.sampled_from(["ok", "ok", "ok", "lost"]), min_size=1, max_size=40), st.data())
def test_duplicates_change_nothing_but_their_counter(rig, pattern, data):
    sound = rig.pcm(len(pattern) * PACKET)
    plain, doubled = Run(rig, sound, answers=False), Run(rig, sound, answers=False)
    again = [fate if fate == "lost" else data.draw(st.sampled_from(["ok", "twice"])) for fate in pattern]
    play(plain, pattern)
    play(doubled, again)
    for ours, theirs in ((plain.live, doubled.live), (plain.archive, doubled.archive)):
        assert [(c.start, c.t0_ns, c.samples.tobytes()) for c in ours] == [
            (c.start, c.t0_ns, c.samples.tobytes()) for c in theirs
        ]
    assert doubled.assembler.statistics().packets_duplicate == again.count("twice")


def test_a_hole_of_60_ms_is_concealed_and_one_of_80_ms_is_a_gap(rig):
    for lost, concealed, gap in ((3, 3 * PACKET, False), (4, 0, True)):
        run = Run(rig, rig.pcm(40 * PACKET), answers=False)
        play(run, ["ok"] * 10 + ["lost"] * lost + ["ok"] * (30 - lost))
        assert run.assembler.statistics().samples_concealed == concealed
        jumps = [b.start - a.stop for a, b in zip(run.live, run.live[1:], strict=False) if b.start != a.stop]
        assert jumps == ([4 * PACKET] if gap else [])


def test_live_waits_100_ms_in_stream_time_or_in_host_time(rig):
    by_stream, by_clock = (Run(rig, rig.pcm(40 * PACKET), answers=False) for _ in range(2))
    for number in [0, 2, 3, 4, 5]:
        by_stream.feed(number)
    assert by_stream.assembler.live_next == PACKET
    by_stream.feed(6)
    assert by_stream.assembler.live_next == 7 * PACKET
    by_clock.feed(0)
    by_clock.feed(2)
    by_clock.live += by_clock.assembler.tick(by_clock.now_ns + 99_000_000)
    assert by_clock.assembler.live_next == PACKET
    by_clock.live += by_clock.assembler.tick(by_clock.now_ns + 100_000_000)
    assert by_clock.assembler.live_next == 3 * PACKET


def test_a_resend_in_time_leaves_no_trace_in_live(rig):
    run = Run(rig, rig.pcm(10 * PACKET))
    for number in [0, 2]:
        run.feed(number)
    run.feed(1, resent=True)
    assert [chunk.start for chunk in run.live] == [0, PACKET, 2 * PACKET]
    assert not any(chunk.concealed for chunk in run.live)
    assert run.assembler.statistics().samples_resent == PACKET


def test_what_the_device_no_longer_has_is_settled_at_once(rig):
    run = Run(rig, rig.pcm(10 * PACKET), answers=False)
    for number in [0, 2, 3]:
        run.feed(number)
    run.assembler.unavailable(Span(PACKET, 2 * PACKET))
    run.step()
    assert [chunk.stop for chunk in run.archive][-1] == 4 * PACKET
    assert [(hole.span, hole.fate) for hole in run.holes] == [(Span(PACKET, 2 * PACKET), HoleFate.LOST)]


def test_what_was_given_up_behind_an_open_hole_is_not_asked_for_again(rig):
    run = Run(rig, rig.pcm(10 * PACKET), answers=False)
    for number in [0, 2, 4, 5]:
        run.feed(number)
    run.assembler.unavailable(Span(3 * PACKET, 4 * PACKET))
    for _ in range(100):
        run.step()
    assert set(run.asked) == {Span(PACKET, 2 * PACKET)}


def test_a_damaged_index_far_ahead_does_not_take_live_along(rig):
    run = Run(rig, rig.pcm(30 * PACKET))
    run.feed(0)
    far = rig.audio(run.sound, 0, PACKET)
    object.__setattr__(far, "first_sample", 1_000_000)
    assert run.assembler.feed(far, run.now_ns) == []
    for number in range(1, 5):
        run.feed(number)
    assert run.assembler.newest == 5 * PACKET
    assert run.assembler.live_next == 5 * PACKET


def test_a_true_jump_is_believed_with_the_second_packet(rig):
    run = Run(rig, rig.pcm(400 * PACKET), answers=False)
    run.feed(0)
    run.feed(200)
    assert run.assembler.newest == PACKET
    run.feed(201)
    assert run.assembler.newest == 202 * PACKET


def test_indices_go_on_over_the_end_of_32_bits(rig):
    spec_start = (1 << 32) - 4 * PACKET
    run = Run(rig, rig.pcm(10 * PACKET), ring=0)
    assembler = run.assembler
    for at in range(0, spec_start, 3000 * SPEC.rate_hz):
        assembler.expect(at)
    assembler.expect(spec_start)
    assembler._archive.next = assembler._live.next = spec_start
    got = []
    for number in range(8):
        packet = rig.audio(run.sound, number * PACKET, PACKET)
        object.__setattr__(packet, "first_sample", (spec_start + number * PACKET) % (1 << 32))
        got += assembler.feed(packet, run.now_ns)
    assert [chunk.start for chunk in got] == [spec_start + number * PACKET for number in range(8)]


def test_a_flood_of_loss_keeps_memory_bounded(rig):
    run = Run(rig, np.zeros(100 * PACKET, np.int16), ring=8000, answers=False)
    silence = rig.audio(run.sound, 0, PACKET)
    for number in range(0, 60 * 50, 2):
        object.__setattr__(silence, "first_sample", number * PACKET)
        run.assembler.feed(silence, run.now_ns)
        run.now_ns += 2 * PACKET_NS
        run.assembler.requests(run.now_ns)
    assert len(run.assembler._received) <= 8000 // PACKET + 10
    assert len(run.assembler._archive._pending) <= 8000 // PACKET + 10
    assert len(run.assembler._live._pending) <= 6
