"""The link in C where the simulator doesn't go: several channels, blocks of any size, indices that come round."""

import ctypes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.wire import (
    AdpcmEncoder,
    Audio,
    Capabilities,
    Codec,
    Error,
    Event,
    EventKind,
    Feature,
    Hello,
    PacketDecoder,
    Ping,
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
    pcm16,
)
from hw_sim.c_core.library import DeviceDescription, typed

RATE_HZ = 4000


class Board:
    """A device of up to four channels around the C link."""

    def __init__(self, device, channels: int = 1, memory_bytes: int = 20_000, **changed: object) -> None:
        self.c, self.channels = typed(device.c), channels
        names = [b"chest", b"ambient", b"ecg", b"spare"][:channels]
        fields = {
            "product": b"B",
            "hardware": b"",
            "firmware": b"1",
            "serial_number": b"B-1",
            "calibration_id": b"",
            "channels": (ctypes.c_char_p * channels)(*names),
            "rates_hz": (ctypes.c_uint32 * 1)(RATE_HZ),
            "channel_count": channels,
            "rate_count": 1,
            "codecs": 3,
            "packet_ms": 20,
            "features": Feature.TIME_SYNC,
            **changed,
        }
        self.description = DeviceDescription(**fields)
        self.link = ctypes.create_string_buffer(4096)
        self.memory = ctypes.create_string_buffer(memory_bytes)
        self.room = self.c.stetho_link_init(self.link, ctypes.byref(self.description), self.memory, memory_bytes)
        self.frame = ctypes.create_string_buffer(self.room or 1)
        self.decoder, self.now_us = PacketDecoder(), 5_000_000

    def ask(self, *messages) -> list:
        data = b"".join(map(encode, messages))
        self.c.stetho_link_receive(self.link, data, len(data), self.now_us)
        return self.take()

    def take(self, frames: int = 100_000) -> list:
        said = []
        while frames and (length := self.c.stetho_link_send(self.link, self.frame, len(self.frame), self.now_us)):
            said += self.decoder.feed(self.frame.raw[:length])
            frames -= 1
        return said

    def hear(self, pcm: np.ndarray) -> None:
        """int16 (channels, n)."""
        data = pcm16.encode(pcm)
        self.c.stetho_link_samples(self.link, data, pcm.shape[1], self.now_us)
        self.now_us += pcm.shape[1] * 1_000_000 // RATE_HZ

    def start(self, codec: Codec = Codec.PCM16) -> list:
        return self.ask(Hello(1), Start(7, codec, self.channels, RATE_HZ))


def noise(channels: int, count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(-32768, 32768, (channels, count)).astype(np.int16)


def audio(messages: list) -> list[Audio]:
    return [m for m in messages if isinstance(m, Audio)]


@given(st.integers(1, 4), st.sampled_from(Codec), st.lists(st.integers(0, 250), min_size=1, max_size=12))
def test_blocks_of_any_size_become_the_same_packets(device, channels, codec, blocks):
    board = Board(device, channels)
    board.start(codec)
    pcm, at, packets = noise(channels, sum(blocks)), 0, []
    for count in blocks:
        board.hear(pcm[:, at : at + count])
        at += count
        packets += audio(board.take())
    end = board.ask(Stop(7))
    packets += audio(end)
    assert [p.first_sample for p in packets] == list(range(0, at, 80))
    assert [p.sequence for p in packets] == list(range(len(packets)))
    assert all(p.device_time_us == 5_000_000 + 250 * p.first_sample for p in packets)
    assert end[-1] == Stopped(7, StopReason.REQUESTED, at)
    coder = AdpcmEncoder(channels)
    for packet in packets:
        piece = pcm[:, packet.first_sample : packet.first_sample + packet.samples]
        assert packet.payload == (pcm16.encode(piece) if codec is Codec.PCM16 else coder.encode(piece))


def test_a_stream_resumed_within_a_packet_begins_with_that_packet(device):
    board = Board(device)
    board.start()
    board.hear(noise(1, 100))
    board.c.stetho_link_client_lost(board.link)
    started = board.start()[-1]
    assert (started.first_sample, started.device_time_us) == (80, 5_020_000)
    board.hear(noise(1, 60))
    assert audio(board.take())[0].first_sample == 80


def test_samples_that_could_not_be_taken_leave_their_indices_empty(device):
    board = Board(device)
    board.start()
    board.hear(noise(1, 50))
    board.c.stetho_link_skip(board.link, 30)
    board.hear(noise(1, 80))
    first, second = audio(board.take())
    assert (first.first_sample, first.samples, second.first_sample) == (0, 50, 80)
    assert (first.sequence, second.sequence) == (0, 1)


def test_indices_come_round(device):
    board = Board(device)
    board.start()
    board.c.stetho_link_skip(board.link, 2**32 - 120)
    board.hear(noise(1, 240))
    packets = audio(board.take())
    assert [p.first_sample for p in packets] == [2**32 - 120, 2**32 - 40, 40]
    again = board.ask(ResendRequest(7, 2**32 - 50, 100))
    assert [p.first_sample for p in again] == [2**32 - 120, 2**32 - 40, 40]
    assert board.ask(ResendRequest(7, 500, 100)) == []  # not taken yet


def test_before_they_come_round_the_last_indices_lie_ahead(device):
    board = Board(device)
    board.start()
    board.hear(noise(1, 240))
    board.take()
    assert board.ask(ResendRequest(7, 2**32 - 50, 100)) == []


def test_what_the_ring_loses_before_it_is_sent_again_is_left_out(device):
    board = Board(device, memory_bytes=11 * 184)  # ten packets, and the open one
    board.start()
    board.hear(noise(1, 800))
    board.take()
    data = encode(ResendRequest(7, 0, 800))
    board.c.stetho_link_receive(board.link, data, len(data), board.now_us)
    board.hear(noise(1, 400))
    messages = audio(board.take())
    assert [p.first_sample for p in messages if not p.resent] == list(range(800, 1200, 80))
    assert [p.first_sample for p in messages if p.resent] == list(range(400, 800, 80))
    assert board.ask(ResendRequest(7, 0, 500))[0] == ResendUnavailable(7, 0, 400)


@pytest.mark.parametrize("memory_bytes", [2 * 184, 1000, 20_000])
def test_the_ring_holds_what_it_promises(device, memory_bytes):
    board = Board(device, memory_bytes=memory_bytes)
    promised = board.start()[0].ring_samples
    assert promised == (memory_bytes // 184 - 1) * 80
    board.hear(noise(1, 10_000))
    board.take()
    assert not [m for m in board.ask(ResendRequest(7, 10_000 - promised, promised)) if isinstance(m, ResendUnavailable)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"memory_bytes": 2 * 184 - 1},
        {"rate_count": 0},
        {"rate_count": 17},
        {"channel_count": 5},
        {"codecs": 0},
        {"rates_hz": (ctypes.c_uint32 * 1)(192_001)},
    ],
)
def test_a_description_that_breaks_a_bound_is_refused(device, wrong):
    assert Board(device, **wrong).room == 0


def test_the_room_asked_for_is_enough_for_every_answer(device):
    board = Board(device, 4, product=b"p" * 70, packet_ms=1)
    (capabilities,) = board.ask(Hello(2**32 - 1))
    assert isinstance(capabilities, Capabilities)
    assert capabilities.product == "p" * 64
    board.c.stetho_link_refuse(board.link, 3, b"x" * 64)
    assert board.ask(Start(7, Codec.PCM16, 4, RATE_HZ)) == [Error(3, "x" * 64)]
    board.c.stetho_link_refuse(board.link, 0, None)
    assert isinstance(board.ask(Start(7, Codec.PCM16, 4, RATE_HZ))[0], Started)


def test_a_time_reply_overtakes_audio_and_knows_when_it_left(device):
    board = Board(device)
    board.start()
    board.hear(noise(1, 400))
    data = encode(TimeRequest(3))
    board.c.stetho_link_receive(board.link, data, len(data), 6_000_000)
    board.now_us = 6_002_000
    assert board.take()[0] == TimeReply(3, 6_000_000, 6_002_000)


def test_answers_keep_their_place_among_the_packets(device):
    board = Board(device)
    board.start()
    board.hear(noise(1, 160))
    data = encode(Ping(1))
    board.c.stetho_link_receive(board.link, data, len(data), board.now_us)
    board.hear(noise(1, 80))
    assert [type(m).__name__ for m in board.take()] == ["Audio", "Audio", "Pong", "Audio"]


def test_contact_is_said_when_it_changes_and_a_button_when_it_is_pressed(device):
    board = Board(device, features=Feature.CONTACT_SENSOR)
    board.c.stetho_link_contact(board.link, True, 4)
    assert board.start()[-1] == Event(EventKind.CONTACT_ON, 7, 0, 4)
    board.hear(noise(1, 30))
    board.c.stetho_link_contact(board.link, True, 4)
    board.c.stetho_link_contact(board.link, False, 0)
    board.c.stetho_link_button(board.link, 2)
    board.hear(noise(1, 50))
    first, off, button = board.take()
    assert isinstance(first, Audio)
    assert (off, button) == (Event(EventKind.CONTACT_OFF, 7, 30), Event(EventKind.BUTTON, 7, 30, 2))


def test_a_stream_that_nobody_resumes_in_time_ends(device):
    board = Board(device)
    board.start()
    board.c.stetho_link_client_lost(board.link)
    board.hear(noise(1, 8000))
    assert board.c.stetho_link_rate_hz(board.link) == RATE_HZ
    board.hear(noise(1, 800))
    assert board.c.stetho_link_rate_hz(board.link) == 0
    assert board.start()[-1].first_sample == 0
