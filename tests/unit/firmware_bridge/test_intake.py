"""A stream's messages in a time of the test's own: what is live, what is late, and what the link says of itself."""

from itertools import pairwise

import numpy as np
import pytest

from firmware_bridge import wire
from firmware_bridge.freshness import LIVE_AT_MOST_NS
from firmware_bridge.intake import StreamIntake
from stetho.source import LinkChange, LinkState
from stetho.stream import Chunk, Origin, StreamSpec

MS = 1_000_000
BEGUN_NS = 50_000_000_000
PACKET_NS = 20 * MS
RATE_HZ = 4000


class Stream:
    """An intake, fed by a device that takes samples in real time from BEGUN_NS on; its clock says 5 s then."""

    def __init__(self, rig, *, ring=40_000, drift_ppm=0):
        self.rig, self.drift_ppm = rig, drift_ppm
        self.sound = rig.pcm(RATE_HZ * 40)
        self.items, self.ages_ms, self.archive, self.asked = [], [], [], []
        self.now_ns, self.synced = BEGUN_NS, True
        self.intake = StreamIntake(
            StreamSpec(RATE_HZ, Origin.DEVICE), 7, ring, lambda c, holes: self.archive.append((c, holes)),
            self.emit, self.asked.append,
        )  # fmt: skip
        self.intake.expect_start()
        self.say(wire.Started(7, wire.Codec.PCM16, 1, RATE_HZ, 0, 0, 5_000_000))

    def emit(self, item):
        self.items.append(item)
        if isinstance(item, Chunk):
            self.ages_ms.append((self.now_ns - item.t0_ns) / MS - 20)

    def say(self, message):
        self.intake.message(message, self.now_ns)

    def device_us(self, host_ns):
        return 5_000_000 + int((host_ns - BEGUN_NS) * (1 + self.drift_ppm * 1e-6)) // 1000

    def tick(self, there_ns=0, back_ns=0):
        """The intake's own turn; questions of time are answered after such delays."""
        self.intake.tick(self.now_ns)
        self.intake.flow(self.now_ns)
        asked, self.asked[:] = list(self.asked), []
        for question in asked:
            if isinstance(question, wire.TimeRequest) and self.synced:
                us = self.device_us(self.now_ns + there_ns)
                self.intake.message(wire.TimeReply(question.token, us, us), self.now_ns + there_ns + back_ns)

    def packet(self, number, arrives_ns=None):
        """A packet comes when it is full, or later."""
        full_ns = BEGUN_NS + (number + 1) * PACKET_NS
        self.now_ns = max(self.now_ns, full_ns if arrives_ns is None else arrives_ns)
        self.say(self.rig.audio(self.sound, number * 80, 80))

    @property
    def chunks(self):
        return [item for item in self.items if isinstance(item, Chunk)]

    @property
    def states(self):
        return [item.state for item in self.items if isinstance(item, LinkChange)]

    def run(self, first, stop):
        for number in range(first, stop):
            self.packet(number)
            self.tick()


@pytest.mark.parametrize("synced", [True, False])
@pytest.mark.parametrize("frozen_s", [1.5, 2.2, 6])
def test_a_backlog_after_a_freeze_is_never_live_and_the_archive_has_it(rig, frozen_s, synced):
    stream = Stream(rig)
    stream.synced = synced
    stream.run(0, 100)
    thaw = 100 + int(frozen_s * 50)
    while stream.now_ns < BEGUN_NS + thaw * PACKET_NS:
        stream.now_ns += PACKET_NS
        stream.tick()
    for number in range(100, thaw):  # all at once
        stream.packet(number, stream.now_ns)
    stream.run(thaw, thaw + 50)
    assert stream.states == [LinkState.STREAMING, LinkState.STALLED, LinkState.RESUMED]
    assert max(stream.ages_ms) <= LIVE_AT_MOST_NS / MS
    (gap,) = [(a.stop, b.start) for a, b in pairwise(stream.chunks) if a.stop != b.start]
    assert gap[0] == 8000
    assert gap[1] == pytest.approx((thaw - 50) * 80, abs=80)
    resumed = next(i for i, item in enumerate(stream.items) if getattr(item, "state", None) is LinkState.RESUMED)
    assert stream.items[resumed + 1].start == gap[1]
    assert stream.intake.statistics().samples_stale == gap[1] - gap[0]
    archived = np.concatenate([chunk.chest for chunk, _ in stream.archive]) * np.float32(32768)
    assert np.array_equal(archived, stream.sound[: (thaw + 50) * 80])


def test_samples_that_are_a_little_late_stay_live(rig):
    stream = Stream(rig)
    stream.run(0, 50)
    for number in range(50, 95):
        stream.packet(number, BEGUN_NS + 95 * PACKET_NS)
    assert stream.chunks[-1].stop == 95 * 80
    assert stream.intake.statistics().samples_stale == 0


def test_a_simulated_device_that_runs_faster_than_time_is_never_late(rig):
    """Its own seconds are short: what its stamps say of age means nothing."""
    stream = Stream(rig)
    for number in range(1000):
        stream.now_ns += MS
        stream.say(stream.rig.audio(stream.sound, number * 80, 80))
        stream.tick()
    stream.now_ns += 2_000 * MS  # the host was busy, and the device with it
    stream.say(stream.rig.audio(stream.sound, 80_000, 80))
    assert stream.chunks[-1].stop == 80_080


@pytest.mark.parametrize("drift_ppm", [-100, 0, 100])
def test_capture_times_never_go_back_and_are_right(rig, session_seed, drift_ppm):
    """Whatever the delays, losses and corrections of the map."""
    rng = np.random.default_rng(session_seed)
    stream = Stream(rig, drift_ppm=drift_ppm)
    for number in range(1500):
        late_ns = int(rng.exponential(8) * MS)
        if rng.random() > 0.05:
            stream.packet(number, BEGUN_NS + (number + 1) * PACKET_NS + late_ns)
        stream.tick(int(rng.exponential(3) * MS), int(rng.exponential(12) * MS))
        if rng.random() < 0.04:
            stream.say(rig.audio(stream.sound, max(0, number - 3) * 80, 80, resent=True))
    for chunks in (stream.chunks, [chunk for chunk, _ in stream.archive]):
        assert all(a.t0_ns <= b.t0_ns for a, b in pairwise(chunks))
    # the packets' stamps are exact, the device's clock is not: 30 s at 100 ppm are 3 ms
    errors_ns = [chunk.t0_ns - BEGUN_NS - chunk.start * 250_000 for chunk in stream.chunks[100:]]
    assert np.percentile(np.abs(errors_ns), 99) < 10 * MS
    assert min(stream.ages_ms) >= 0


def test_an_overflow_of_the_device_is_counted(rig):
    stream = Stream(rig)
    stream.say(wire.Event(wire.EventKind.OVERFLOW, 7, 0, samples=160))
    stream.say(wire.Event(wire.EventKind.OVERFLOW, 7, 400, samples=80))
    stream.say(wire.Event(wire.EventKind.OVERFLOW, 8, 400, samples=80))  # of another stream
    statistics = stream.intake.statistics()
    assert (statistics.overflows, statistics.samples_overflowed) == (2, 240)


def test_the_clock_is_published_with_its_uncertainty(rig):
    stream = Stream(rig, drift_ppm=80)
    assert stream.intake.statistics().clock is None
    for number in range(1500):
        stream.packet(number)
        stream.tick(there_ns=MS // 5, back_ns=MS // 3)
    clock = stream.intake.statistics().clock
    assert clock is not None
    assert clock.drift_ppm == pytest.approx(80, abs=clock.drift_uncertainty_ppm)
    assert 0 < (clock.drift_uncertainty_ppm or 0) < 30
    assert clock.rate_hz == pytest.approx(4000.32, abs=clock.rate_uncertainty_hz)
    assert 0 < (clock.age_uncertainty_ms or 0) < 1


def test_time_is_asked_quickly_at_first_and_then_each_second(rig):
    stream = Stream(rig)
    times = []
    for _ in range(500):
        stream.now_ns += PACKET_NS
        stream.intake.tick(stream.now_ns)
        times += [stream.now_ns for message in stream.asked if isinstance(message, wire.TimeRequest)]
        stream.asked.clear()
    assert len([t for t in times if t - BEGUN_NS < 900 * MS]) == 9
    assert {round((b - a) / MS) for a, b in pairwise(times[8:])} == {1000}


def test_an_answer_that_takes_longer_than_the_next_question_still_counts(rig):
    stream = Stream(rig)
    questions = []
    for _ in range(60):
        stream.now_ns += PACKET_NS
        stream.intake.tick(stream.now_ns)
        questions += [(stream.now_ns, m) for m in stream.asked if isinstance(m, wire.TimeRequest)]
        stream.asked.clear()
        while questions and stream.now_ns - questions[0][0] >= 300 * MS:
            asked_ns, question = questions.pop(0)
            us = stream.device_us(asked_ns + 150 * MS)
            stream.say(wire.TimeReply(question.token, us, us))
    assert stream.intake.statistics().clock.age_uncertainty_ms == pytest.approx(150, rel=0.1)
