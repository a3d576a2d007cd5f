"""Messages: round trips, and what happens to those that nobody expects."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import wire
from firmware_bridge.wire import Audio, Codec, ForeignVersion, Hello, PacketDecoder, encode, pcm16
from firmware_bridge.wire.cobs import encode_frame
from firmware_bridge.wire.v1 import encode_body

u8, u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
text = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=16)
codec = st.sampled_from(Codec)


@st.composite
def audio(draw) -> Audio:
    channels, samples = draw(st.integers(1, 2)), draw(st.integers(1, 80))
    kind = draw(codec)
    size = wire.codecs.payload_bytes(kind, channels, samples)
    return Audio(
        draw(u16), draw(u32), draw(u32), samples, kind, channels, draw(u64),
        draw(st.binary(min_size=size, max_size=size)), draw(st.booleans()),
    )  # fmt: skip


messages = st.one_of(
    st.builds(Hello, u32, text, u8, u8),
    st.builds(
        wire.Capabilities, u32, text, text, text, text,
        st.lists(st.integers(1, 192_000), min_size=1, max_size=16).map(tuple),
        st.lists(text, min_size=1, max_size=4).map(tuple),
        st.frozensets(codec), st.sampled_from(wire.Feature), u32, text, u8, u8,
    ),
    st.builds(wire.Start, u16, codec, u8, u32),
    st.builds(wire.Started, u16, codec, u8, u32, u32, u32, u64),
    st.builds(wire.Stop, u16),
    st.builds(wire.Stopped, u16, u8, u32),
    audio(),
    st.builds(wire.ResendRequest, u16, u32, u32),
    st.builds(wire.ResendUnavailable, u16, u32, u32),
    st.builds(wire.TimeRequest, u32),
    st.builds(wire.TimeReply, u32, u64, u64),
    st.builds(wire.Event, st.sampled_from(wire.EventKind), u16, u32, u8, u32),
    st.builds(wire.Battery, st.integers(0, 100), st.booleans(), u16),
    st.builds(wire.Error, u16, text),
    st.builds(wire.Ping, u32),
    st.builds(wire.Pong, u32, u8, u16, u32),
)  # fmt: skip


@given(st.lists(messages, max_size=6), st.integers(1, 100))
def test_messages_come_back_whatever_the_split(sent, step):
    data = b"".join(encode(message) for message in sent)
    decoder = PacketDecoder()
    got = [m for at in range(0, len(data), step) for m in decoder.feed(data[at : at + step])]
    assert got == sent
    assert decoder.statistics().messages_malformed == 0


@given(messages, st.binary(min_size=1, max_size=9))
def test_bytes_after_the_known_fields_are_skipped_and_counted(message, more):
    decoder = PacketDecoder()
    assert list(decoder.feed(encode_frame(encode_body(message) + more))) == [message]
    assert decoder.statistics().trailing_bytes == len(more)


@given(messages)
def test_a_body_cut_anywhere_is_malformed_or_nothing(message):
    body = encode_body(message)
    decoder = PacketDecoder()
    for length in range(2, len(body)):
        assert not list(decoder.feed(encode_frame(body[:length])))
    assert decoder.statistics().messages_malformed == len(body) - 2


@given(st.binary(min_size=0, max_size=200), u8)
def test_bodies_with_an_intact_frame_and_anything_inside_raise_nothing(fields, kind):
    list(PacketDecoder().feed(encode_frame(bytes([1, kind]) + fields)))


def test_a_type_from_later_is_skipped_and_counted():
    decoder = PacketDecoder()
    data = encode_frame(b"\x01\x7fwhatever") + encode(wire.Ping(1))
    assert list(decoder.feed(data)) == [wire.Ping(1)]
    assert decoder.statistics().messages_unknown == 1


def test_of_another_version_only_the_greeting_is_read():
    decoder = PacketDecoder()
    data = encode(Hello(1, "x", 2, 3), version=3) + encode(wire.Ping(1), version=3)
    assert list(decoder.feed(data)) == [ForeignVersion(Hello.TYPE, 3, 2, 3)]
    assert decoder.statistics().messages_unknown == 1


@pytest.mark.parametrize("change", [{"samples": 0}, {"samples": 1001}, {"channels": 0}, {"channels": 5}])
def test_audio_out_of_bounds_is_refused(rig, change):
    decoder = PacketDecoder()
    odd = replace(rig.audio(rig.pcm(80), 0, 80), **change)
    assert not list(decoder.feed(encode(odd)))
    assert decoder.statistics().messages_malformed == 1


def test_an_escape_sequence_in_a_name_never_reaches_a_terminal(rig):
    (got,) = PacketDecoder().feed(encode(replace(rig.capabilities, product="\x1b[2Jgone")))
    assert got.product == "�[2Jgone"


def test_a_text_that_is_too_long_is_not_sent():
    with pytest.raises(ValueError, match="longer than 64 bytes"):
        encode(wire.Error(1, "ä" * 33))


def test_a_byte_deleted_anywhere_is_seen_as_missing_samples(rig, heavy_count):
    sound = rig.pcm(40 * 80)
    packets = [rig.audio(sound, at, 80) for at in range(0, len(sound), 80)]
    data = b"".join(encode(packet) for packet in packets)
    rng = np.random.default_rng(8)
    for _ in range(heavy_count(10_000)):
        hit = sorted(rng.choice(len(data), 3, replace=False), reverse=True)
        torn = bytearray(data)
        for at in hit:
            del torn[int(at)]
        got = list(PacketDecoder().feed(bytes(torn)))
        assert all(packet in packets for packet in got)
        indices = [packet.first_sample // 80 for packet in got]
        missing = len(packets) - len(got)
        assert 1 <= missing <= 2 * len(hit)
        assert sum(b - a - 1 for a, b in zip([-1, *indices], [*indices, 40], strict=True)) == missing


def test_pcm16_of_two_channels_is_sent_side_by_side():
    pcm = np.array([[1, 2, 3], [-1, -2, -3]], np.int16)
    payload = pcm16.encode(pcm)
    assert payload == bytes.fromhex("0100ffff0200feff0300fdff")
    assert np.array_equal(pcm16.decode(payload, 2, 3), pcm)
