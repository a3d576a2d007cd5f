import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.wire import (
    Audio,
    Battery,
    Capabilities,
    Codec,
    DeviceState,
    Error,
    ErrorCode,
    Event,
    EventKind,
    Feature,
    Hello,
    PacketDecoder,
    Ping,
    Pong,
    ResendRequest,
    ResendUnavailable,
    Start,
    Started,
    Stop,
    Stopped,
    StopReason,
    TimeReply,
    TimeRequest,
    encode,
)
from hw_sim.firmware import Firmware
from hw_sim.heart import Heart, HeartSettings
from hw_sim.identity import Identity
from hw_sim.programme import Part, Programme
from stetho.errors import InputError

SETTINGS = HeartSettings(seed=4)
ENDLESS = Programme((Part(lambda rate: Heart(SETTINGS), site="PV"),), (4000,))


def lasting(seconds: float) -> Programme:
    return Programme((Part(lambda rate: Heart(SETTINGS), seconds, site="PV"),), (4000,))


class Host:
    """The other end of a firmware, with a clock that the test moves."""

    def __init__(self, programme: Programme = ENDLESS, **identity: object) -> None:
        self.firmware = Firmware(Identity("SIM-0004", **identity), programme)
        self.decoder = PacketDecoder()
        self.now_us = 1_000_000

    def ask(self, message: object) -> list:
        self.firmware.receive(encode(message), self.now_us)
        return self.take()

    def take(self) -> list:
        self.firmware.advance(self.now_us)
        return [m for frame, _ in self.firmware.frames(self.now_us) for m in self.decoder.feed(frame)]

    def wait(self, seconds: float) -> list:
        self.now_us += int(seconds * 1e6)
        return self.take()

    def start(self, stream_id: int = 9, codec: Codec = Codec.PCM16) -> list:
        return self.ask(Hello(1)) + self.ask(Start(stream_id, codec, 1, 4000))


def only(messages: list, kind: type) -> list:
    return [m for m in messages if isinstance(m, kind)]


def pcm_of(packets: list[Audio]) -> np.ndarray:
    return np.concatenate([p.pcm()[0] for p in packets])


def test_hello_is_answered_by_capabilities_and_the_battery():
    capabilities, battery = Host().ask(Hello(77))
    assert isinstance(capabilities, Capabilities)
    assert capabilities.nonce == 77
    assert capabilities.serial_number == "SIM-0004"
    assert capabilities.rates_hz == (4000,)
    assert capabilities.codecs == {Codec.PCM16, Codec.IMA_ADPCM}
    assert capabilities.ring_samples == 30 * 4000
    assert Feature.SIMULATED in capabilities.features
    assert Feature.REPLAYED not in capabilities.features
    assert isinstance(battery, Battery)


def test_a_stream_is_the_heart_sample_for_sample_with_its_index_and_time():
    host = Host()
    started, contact = host.start()[-2:]
    assert isinstance(started, Started)
    assert contact == Event(EventKind.CONTACT_ON, 9, 0, 2)
    messages = host.wait(1.0)
    packets = only(messages, Audio)
    assert [p.sequence for p in packets] == list(range(50))
    assert [p.first_sample for p in packets] == list(range(0, 4000, 80))
    assert [p.device_time_us for p in packets] == [started.device_time_us + 20_000 * i for i in range(50)]
    assert np.array_equal(pcm_of(packets), Heart(SETTINGS).read(4000))


@given(st.lists(st.integers(0, 130_000), min_size=1, max_size=15))  # within the two seconds that its outbox holds
def test_it_makes_no_difference_when_the_firmware_is_looked_at(pauses_us):
    host, once = Host(), Host()
    host.start()
    once.start()
    pieces = [m for pause in pauses_us for m in host.wait(pause / 1e6)]
    assert only(pieces, Audio) == only(once.wait(sum(pauses_us) / 1e6), Audio)


@pytest.mark.parametrize("codec", list(Codec))
def test_a_resend_brings_identical_samples(codec):
    host = Host()
    host.start(codec=codec)
    live = only(host.wait(2.0), Audio)
    again = only(host.ask(ResendRequest(9, 1000, 700)), Audio)
    assert all(packet.resent for packet in again)
    first = again[0].first_sample
    assert first <= 1000
    assert again[-1].first_sample + again[-1].samples >= 1700
    assert np.array_equal(pcm_of(again), pcm_of(live)[first : first + len(pcm_of(again))])


@pytest.mark.parametrize("codec", list(Codec))
def test_the_fastest_rate_fits_into_packets(codec):
    settings = HeartSettings(seed=4, rate_hz=48_000)
    host = Host(Programme((Part(lambda rate: Heart(settings)),), (48_000,)))
    host.ask(Hello(1))
    host.ask(Start(9, codec, 1, 48_000))
    packets = only(host.wait(0.5), Audio)
    assert sum(p.samples for p in packets) == pytest.approx(24_000, abs=1000)
    assert len(pcm_of(packets)) > 23_000


def test_what_the_ring_forgot_is_said_to_be_gone():
    host = Host(ring_s=1.0)
    host.start()
    host.wait(1.5)
    messages = host.ask(ResendRequest(9, 1000, 2000))
    assert messages[0] == ResendUnavailable(9, 1000, 1000)
    assert only(messages, Audio)[0].first_sample == 2000
    assert host.ask(ResendRequest(9, 0, 100)) == [ResendUnavailable(9, 0, 100)]
    assert host.ask(ResendRequest(8, 0, 100)) == [ResendUnavailable(8, 0, 100)]
    assert host.ask(ResendRequest(9, 5_000_000, 100)) == []  # not taken yet


def test_the_end_is_lift_off_then_stopped_and_its_ring_still_serves():
    host = Host(lasting(0.51))
    host.start()
    messages = host.wait(2.0)
    assert messages[-2:] == [Event(EventKind.CONTACT_OFF, 9, 2040, 0), Stopped(9, StopReason.ENDED, 2040)]
    assert sum(p.samples for p in only(messages, Audio)) == 2040
    assert host.firmware.due_us is None
    assert len(only(host.ask(ResendRequest(9, 0, 2040)), Audio)) == 26
    assert host.ask(Ping(3)) == [Pong(3, DeviceState.ENDED, 9, 2040)]


def test_a_new_start_begins_at_the_beginning():
    host = Host(lasting(0.4))
    host.start(1)
    first = pcm_of(only(host.wait(1.0), Audio))
    host.start(2)
    assert np.array_equal(pcm_of(only(host.wait(1.0), Audio)), first)


def test_stop_ends_the_stream_and_is_answered_also_when_nothing_streams():
    host = Host()
    host.start()
    host.wait(0.1)
    assert host.ask(Stop(9)) == [Stopped(9, StopReason.REQUESTED, 400)]
    assert only(host.wait(1.0), Audio) == []
    assert host.ask(Stop(5)) == [Stopped(5, StopReason.REQUESTED, 0)]


def test_a_client_that_comes_back_resumes_its_stream():
    host = Host()
    host.start(9)
    before = only(host.wait(0.5), Audio)
    host.firmware.client_lost()
    assert host.wait(0.3) == []
    started, contact = host.start(9)[-2:]
    assert started.first_sample == 3200
    assert contact == Event(EventKind.CONTACT_ON, 9, 3200, 2)
    assert started.oldest_sample == 0
    missed = only(host.ask(ResendRequest(9, 2000, 1200)), Audio)
    after = only(host.wait(0.2), Audio)
    whole = np.concatenate([pcm_of(before), pcm_of(missed), pcm_of(after)])
    assert np.array_equal(whole, Heart(SETTINGS).read(len(whole)))


def test_hello_of_a_new_client_takes_over():
    host = Host()
    host.start(9)
    host.now_us += 500_000
    answers = host.ask(Hello(2))
    assert isinstance(answers[0], Capabilities)
    assert only(host.wait(0.5), Audio) == []
    assert host.ask(Start(10, Codec.PCM16, 1, 4000))[0].first_sample == 0


def test_a_client_whose_device_is_taken_on_another_link_is_told():
    host = Host()
    assert host.firmware.taken_over() == []
    host.start(9)
    host.wait(0.1)
    frames = b"".join(host.firmware.taken_over())
    assert list(host.decoder.feed(frames)) == [Stopped(9, StopReason.TAKEN_OVER, 400)]
    assert host.wait(0.1) == []


@pytest.mark.parametrize("request_", [Start(1, Codec.PCM16, 1, 4000), Stop(1), ResendRequest(1, 0, 10)])
def test_without_hello_there_is_no_session(request_):
    (error,) = Host().ask(request_)
    assert (type(error), error.code) == (Error, ErrorCode.NO_SESSION)


@pytest.mark.parametrize(
    "start",
    [
        Start(1, Codec.PCM16, 1, 8000),
        Start(1, Codec.PCM16, 2, 4000),
        Start(1, Codec.IMA_ADPCM, 1, 4000),
        Start(0, Codec.PCM16, 1, 4000),
    ],
)
def test_what_is_not_on_offer_is_refused(start):
    host = Host(codecs=frozenset({Codec.PCM16}))
    host.ask(Hello(1))
    (error,) = host.ask(start)
    assert error.code == ErrorCode.BAD_REQUEST
    assert host.wait(1.0) == []


def test_a_sound_that_is_gone_is_a_fault_and_not_silence():
    def gone(rate_hz: int) -> Heart:
        raise InputError("a recording with a name of more than sixty-four letters, and it does not exist any more.")

    host = Host(Programme((Part(gone),), (4000,)))
    host.ask(Hello(1))
    (error,) = host.ask(Start(1, Codec.PCM16, 1, 4000))
    assert error.code == ErrorCode.FAULT
    assert error.text.startswith("a recording with a name")


@pytest.mark.parametrize("version", [1, 7])
def test_a_hello_for_another_version_is_told_which_one_is_spoken(version):
    host = Host()
    host.firmware.receive(encode(Hello(1, version_min=7, version_max=9), version=version), 0)
    (error,) = host.take()
    assert error.code == ErrorCode.UNSUPPORTED_VERSION


def test_time_is_answered_with_the_devices_own_clock():
    host = Host()
    host.now_us = 123_456_789
    assert host.ask(TimeRequest(5)) == [TimeReply(5, 123_456_789, 123_456_789)]


def test_a_time_reply_overtakes_waiting_audio_and_knows_when_it_left():
    host = Host()
    host.start()
    host.firmware.receive(encode(TimeRequest(5)), host.now_us + 100_000)
    host.now_us += 250_000
    assert host.take()[0] == TimeReply(5, host.now_us - 150_000, host.now_us)


def test_a_stream_that_nobody_resumes_in_time_is_forgotten():
    host = Host(ring_s=2.0)
    host.start(9)
    host.wait(0.5)
    host.firmware.client_lost()
    host.wait(1.9)
    assert host.firmware.due_us is not None
    host.wait(0.3)
    assert host.firmware.due_us is None
    assert host.start(9)[-2].first_sample == 0


def test_the_battery_is_reported_every_minute_and_falls():
    host = Host(minutes_per_percent=1.0, queue_s=1000.0)
    host.start()
    levels = [m.percent for _ in range(40) for m in only(host.wait(10.0), Battery)]
    assert len(levels) in {6, 7}
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > levels[-1]


def test_a_link_that_takes_nothing_loses_the_oldest_and_is_told_how_much():
    host = Host(queue_s=0.5)
    host.start()
    messages = host.wait(3.0)  # nobody took a frame in that time
    overflow = [m for m in only(messages, Event) if m.kind is EventKind.OVERFLOW]
    assert [(e.sample, e.samples) for e in overflow] == [(0, 10_000)]
    packets = only(messages, Audio)
    assert sum(p.samples for p in packets) == 2000
    assert packets[0].first_sample == 10_000
    assert only(host.ask(ResendRequest(9, 0, 80)), Audio)[0].first_sample == 0


@given(st.binary(max_size=400))
def test_noise_is_ignored(noise):
    host = Host()
    host.firmware.receive(noise, 0)
    host.firmware.receive(b"\0", 0)
    host.take()
    assert isinstance(host.ask(Hello(1))[0], Capabilities)


def test_a_flood_of_questions_is_answered_within_bounds():
    host = Host()
    host.start()
    host.wait(1.0)
    flood = encode(Ping(1)) * 5000 + encode(ResendRequest(9, 0, 4000)) * 500
    host.firmware.receive(flood, host.now_us)
    assert len(host.firmware.frames(host.now_us)) < 5000
