import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.wire import (
    Audio,
    Battery,
    Codec,
    Error,
    ErrorCode,
    Event,
    EventKind,
    Hello,
    PacketDecoder,
    ResendRequest,
    ResendUnavailable,
    Start,
    Started,
    Stopped,
    StopReason,
    TimeReply,
    TimeRequest,
    encode,
)
from hw_sim.device import Device
from hw_sim.faults import (
    BitFlips,
    Disconnect,
    Duplication,
    Fault,
    Frame,
    Jitter,
    Loss,
    LowBattery,
    Move,
    Reboot,
    Reordering,
    RingOverflow,
    Stall,
    Within,
    through,
)
from hw_sim.recipe import Recipe

SEEDED = {
    "loss": lambda seed: Loss(0.2, seed),
    "duplication": lambda seed: Duplication(0.2, seed),
    "bit flips": lambda seed: BitFlips(0.01, seed),
    "jitter": lambda seed: Jitter(50_000, seed),
    "reordering": lambda seed: Reordering(0.2, 50_000, seed),
}


def frames(count: int, *, audio: bool = True) -> list[Frame]:
    return [Frame(i.to_bytes(4, "big"), i * 20_000, audio) for i in range(count)]


def passed(faults, sent) -> list[Frame]:
    return [after for frame in sent for after in through(faults, frame)]


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_is_the_same_story_and_another_another(name):
    make = SEEDED[name]
    sent = frames(500)
    assert passed([make(1)], sent) == passed([make(1)], sent)
    assert passed([make(1)], sent) != passed([make(2)], sent)


@pytest.mark.parametrize("name", ["loss", "duplication", "reordering"])
def test_what_happens_to_sound_does_not_happen_to_answers(name):
    sent = frames(200, audio=False)
    assert passed([SEEDED[name](1)], sent) == sent


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_loss_and_duplication_keep_to_their_share(share):
    assert 1 - len(passed([Loss(share, 1)], frames(20_000))) / 20_000 == pytest.approx(share, rel=0.15)
    assert len(passed([Duplication(share, 1)], frames(20_000))) / 20_000 - 1 == pytest.approx(share, rel=0.15)


def test_bits_flip_at_their_rate():
    sent = frames(5000)
    after = passed([BitFlips(0.01, 1)], sent)
    flipped = sum(
        (int.from_bytes(a.data, "big") ^ int.from_bytes(b.data, "big")).bit_count()
        for a, b in zip(sent, after, strict=True)
    )
    assert flipped / (5000 * 32) == pytest.approx(0.01, rel=0.1)


def test_jitter_delays_and_keeps_the_order():
    after = passed([Jitter(50_000, 1)], frames(1000))
    delays = [late.at_us - sent.at_us for late, sent in zip(after, frames(1000), strict=True)]
    assert min(delays) >= 0
    assert 30_000 < max(delays) <= 50_000
    assert [f.at_us for f in after] == sorted(f.at_us for f in after)


def test_a_stall_holds_everything_and_lets_it_go_at_once():
    after = passed([Stall(100_000, 60_000)], frames(12))
    assert [f.at_us for f in after[4:10]] == [80_000, 160_000, 160_000, 160_000, 160_000, 180_000]


def test_a_disconnect_takes_everything_for_its_time():
    fault = Disconnect(at_us=100_000, for_us=60_000)
    assert [f.at_us for f in frames(12) if f not in passed([fault], frames(12))] == [100_000, 120_000, 140_000]
    assert [fault.link_down(at) for at in (99_999, 100_000, 159_999, 160_000)] == [False, True, True, False]


def test_faults_compose():
    sent = frames(2000)
    together = passed([Loss(0.1, 3), Disconnect(0, 1_000_000)], sent)
    assert together == [f for f in passed([Loss(0.1, 3)], sent) if f.at_us >= 1_000_000]


class Link:
    """A device with faults, its bytes decoded, and a clock that the test moves."""

    def __init__(self, *faults: Fault, drift_ppm: int = 0) -> None:
        recipe = Recipe("clear", 3)
        self.device = Device(recipe.device().identity, recipe.programme(), faults, drift_ppm=drift_ppm)
        self.decoder = PacketDecoder()
        self.now = 0
        self.device.receive(encode(Hello(1)) + encode(Start(9, Codec.PCM16, 1, 4000)), 0)

    def packets(self, until_us: int) -> list[Audio]:
        """Looks whenever there is something due, as a port does."""
        return [m for m in self.messages(until_us) if isinstance(m, Audio)]

    def messages(self, until_us: int) -> list:
        """All that comes from where the clock stands until then."""
        found = []
        while self.now < until_us:
            found += self.decoder.feed(self.device.poll(self.now))
            self.now = max(self.now + 1, min(self.device.due_us or until_us, until_us))
        return found

    def ask(self, *messages) -> list:
        """What comes in the next ten milliseconds."""
        self.device.receive(b"".join(map(encode, messages)), self.now)
        return self.messages(self.now + 10_000)

    def start(self) -> list:
        return self.ask(Hello(1), Start(9, Codec.PCM16, 1, 4000))


def test_a_reordered_packet_is_overtaken():
    indices = [p.first_sample for p in Link(Reordering(0.2, 50_000, 1)).packets(10_000_000)]
    assert indices != sorted(indices)
    assert sorted(indices)[:400] == list(range(0, 32_000, 80))


def test_flipped_bits_are_counted_and_never_heard():
    clean = {p.first_sample: p.payload for p in Link().packets(5_000_000)}
    noisy = Link(BitFlips(2e-4, 1))
    heard = noisy.packets(5_000_000)
    assert 0 < noisy.decoder.statistics().frames_damaged < 150
    assert all(clean[p.first_sample] == p.payload for p in heard)


@pytest.mark.parametrize("drift_ppm", [-100, 0, 100])
def test_a_drifting_clock_takes_more_or_fewer_samples_and_says_its_own_time(drift_ppm):
    last = Link(drift_ppm=drift_ppm).packets(100_000_000)[-1]
    taken = last.first_sample + last.samples
    assert taken == pytest.approx(400_000 * (1 + drift_ppm * 1e-6), abs=81)
    assert last.device_time_us == last.first_sample * 250


@given(st.integers(-500, 500), st.integers(0, 10**12))
def test_due_times_come_true_in_both_clocks(drift_ppm, own_us):
    device = Device(Recipe().device().identity, Recipe().programme(), drift_ppm=drift_ppm)
    given_us = device._given_us(own_us)
    assert device._own_us(given_us) >= own_us
    assert device._own_us(given_us - 1) < own_us


def only(messages: list, kind: type) -> list:
    return [m for m in messages if isinstance(m, kind)]


def test_within_a_while_alone():
    after = passed([Within(Loss(0.999, 1), 1_000_000, 1_000_000)], frames(200))
    assert len(after) == pytest.approx(150, abs=2)


def test_times_count_from_each_streams_beginning():
    link = Link(Disconnect(1_000_000, 500_000))
    assert len(link.packets(2_000_000)) == pytest.approx(74, abs=2)
    link.device.receive(encode(Hello(2)) + encode(Start(10, Codec.PCM16, 1, 4000)), link.now)
    assert len(link.packets(4_000_000)) == pytest.approx(74, abs=2)


def test_before_a_stream_nothing_happens():
    recipe = Recipe("clear", 3)
    device = Device(recipe.device().identity, recipe.programme(), (Disconnect(0, 1_000_000), Reboot(0, 1_000_000)))
    assert not device.link_down(500_000)
    assert device.due_us is None
    assert device.may_vanish
    assert not Link(Loss(0.1, 1)).device.may_vanish


def test_a_ring_that_overflows_forgets_what_it_promised_to_hold():
    link = Link(RingOverflow(1_000_000, 1_000_000, depth_us=200_000))
    link.messages(900_000)
    assert len(only(link.ask(ResendRequest(9, 0, 400)), Audio)) >= 5
    link.messages(1_500_000)
    (gone,) = only(link.ask(ResendRequest(9, 0, 400)), ResendUnavailable)
    assert (gone.first_sample, gone.samples) == (0, 400)
    link.messages(2_500_000)
    resent = [p for p in only(link.ask(ResendRequest(9, 0, 10_000)), Audio) if p.resent]
    assert 6400 <= resent[0].first_sample <= 7200, "what was forgotten stays so; what came since is kept"


def test_a_ring_that_holds_nothing_serves_nothing():
    link = Link(RingOverflow(1_000_000, 1_000_000, depth_us=0))
    link.messages(1_500_000)
    assert only(link.ask(ResendRequest(9, 0, 5900)), ResendUnavailable) != []


def test_a_reboot_forgets_the_stream_counts_anew_and_so_does_the_clock():
    link = Link(Reboot(1_000_000, 400_000))
    before = link.packets(1_390_000)
    assert before[-1].first_sample == 3840, "what waited to be sent is gone"
    assert link.start() == [], "the link is down while it boots"
    link.messages(1_500_000)
    assert only(link.ask(Start(9, Codec.PCM16, 1, 4000)), Error)[0].code == ErrorCode.NO_SESSION
    messages = link.start()
    (started,) = only(messages, Started)
    assert (started.first_sample, started.oldest_sample) == (0, 0)
    assert started.device_time_us == pytest.approx(520_000, abs=20_000)
    (reply,) = only(link.ask(TimeRequest(1)), TimeReply)
    assert reply.received_us < 600_000


def test_the_heart_beats_on_while_the_device_boots():
    link = Link(Reboot(1_000_000, 400_000))
    link.messages(1_600_000)
    link.start()
    packet = link.packets(2_000_000)[0]
    whole = b"".join(p.payload for p in Link().packets(4_000_000))
    at = whole.index(packet.payload) // 2 - packet.first_sample
    assert at == 6400


@pytest.mark.parametrize("seen", [True, False])
def test_an_empty_battery_ends_the_stream_with_that_reason(seen):
    away = () if seen else (Disconnect(1_500_000, 1_000_000),)
    link = Link(LowBattery(1_000_000, percent=8, for_us=1_000_000), *away)
    messages = link.messages(2_600_000)
    percents = [m.percent for m in only(messages, Battery)]
    assert percents[0] > 8
    if seen:
        assert percents[1:] == sorted(range(9), reverse=True)
    else:
        messages = link.start()
    (stopped,) = only(messages, Stopped)
    assert (stopped.reason, stopped.stop_sample) == (StopReason.BATTERY, 8000)
    assert only(link.ask(ResendRequest(9, 0, 80)), Audio) != [], "the ring still serves"
    refused = only(link.ask(Start(10, Codec.PCM16, 1, 4000)), Error)
    assert "the battery is empty" in refused[0].text


def test_a_low_battery_stays_low():
    messages = Link(LowBattery(1_000_000, percent=8)).messages(130_000_000)
    assert [m.percent for m in only(messages, Battery)][1:] == [8, 8, 8]
    assert only(messages, Stopped) == []


def test_a_move_is_told_with_its_site():
    events = only(Link(Move(1_000_000, 500_000, 1, "PV")).messages(2_000_000), Event)
    assert [(e.kind, e.sample, e.site) for e in events[1:]] == [
        (EventKind.CONTACT_OFF, 4000, None),
        (EventKind.CONTACT_ON, 6000, "PV"),
    ]


def test_a_port_that_looks_late_does_not_make_faults_late():
    faults = (LowBattery(1_000_000, 5, for_us=500_000), Disconnect(900_000, 4_000_000))
    seldom, often = Link(*faults), Link(*faults)
    seldom.now = 5_000_000
    often.messages(5_000_000)
    assert only(seldom.start(), Stopped) == only(often.start(), Stopped) == [Stopped(9, StopReason.BATTERY, 6000)]
