"""The C code and the Python codec: the same bytes, the same understanding, the same counts."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import wire
from firmware_bridge.wire import Codec, EventKind, Feature, PacketDecoder, encode
from firmware_bridge.wire.adpcm import AdpcmState, encode_block
from firmware_bridge.wire.cobs import FrameDecoder, encode_frame
from firmware_bridge.wire.v1 import encode_body

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
VECTORS = json.loads((GOLDEN / "wire_v1.json").read_text(encoding="utf-8"))["vectors"]
HOST = (wire.Hello, wire.Start, wire.Stop, wire.ResendRequest, wire.TimeRequest, wire.Ping)
KEPT_BYTES = 76

u8, u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
text = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=16)
codec = st.sampled_from(Codec)


def message_of(vector):
    fields = dict(vector["fields"])
    for name, kind in (("codec", Codec), ("kind", EventKind), ("features", Feature)):
        if name in fields:
            fields[name] = kind(fields[name])
    for name in ("rates_hz", "channels"):
        if isinstance(fields.get(name), list):
            fields[name] = tuple(fields[name])
    if "codecs" in fields:
        fields["codecs"] = frozenset(map(Codec, fields["codecs"]))
    if "payload" in fields:
        fields["payload"] = bytes.fromhex(fields["payload"])
    return getattr(wire, vector["message"])(**fields)


@st.composite
def audio(draw) -> wire.Audio:
    channels, samples, kind = draw(st.integers(1, 4)), draw(st.integers(1, 100)), draw(codec)
    size = wire.codecs.payload_bytes(kind, channels, samples)
    payload = draw(st.binary(min_size=size, max_size=size))
    return wire.Audio(draw(u16), draw(u32), draw(u32), samples, kind, channels, draw(u64), payload, draw(st.booleans()))


of_host = st.one_of(
    st.builds(wire.Hello, u32, text, u8, u8),
    st.builds(wire.Start, u16, codec, u8, u32),
    st.builds(wire.Stop, u16),
    st.builds(wire.ResendRequest, u16, u32, u32),
    st.builds(wire.TimeRequest, u32),
    st.builds(wire.Ping, u32),
)
of_device = st.one_of(
    st.builds(
        wire.Capabilities, u32, text, text, text, text,
        st.lists(st.integers(1, 192_000), min_size=1, max_size=16).map(tuple),
        st.lists(text, min_size=1, max_size=4).map(tuple),
        st.frozensets(codec), st.sampled_from(Feature), u32, text,
    ),
    st.builds(wire.Started, u16, codec, u8, u32, u32, u32, u64),
    st.builds(wire.Stopped, u16, u8, u32),
    audio(),
    st.builds(wire.ResendUnavailable, u16, u32, u32),
    st.builds(wire.TimeReply, u32, u64, u64),
    st.builds(wire.Event, st.sampled_from(EventKind), u16, u32, u8, u32),
    st.builds(wire.Battery, st.integers(0, 100), st.booleans(), u16),
    st.builds(wire.Error, u8, text),
    st.builds(wire.Pong, u32, u8, u16, u32),
)  # fmt: skip


def fields_of(message) -> dict[str, int]:
    """What of a host's message C keeps."""
    names = {"nonce": "token"}
    values = {names.get(name, name): getattr(message, name) for name in message.__slots__ if name != "client"}
    return {"type": message.TYPE, **values}


def kept(request, message) -> dict[str, int]:
    return {name: getattr(request, name) for name in fields_of(message)}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
def test_the_golden_vectors(device, vector):
    message, frame = message_of(vector), bytes.fromhex(vector["frame"])
    if isinstance(message, HOST):
        (request,) = device.requests(frame)
        assert kept(request, message) == fields_of(message)
    else:
        assert device.encode(message) == frame


def test_the_golden_frames(device):
    for frame in json.loads((GOLDEN / "frames.json").read_text(encoding="utf-8"))["frames"]:
        body = bytes.fromhex(frame["body"])
        assert device.frame_of(body).hex() == frame["frame"]
        assert device.feed(device.reader(), bytes.fromhex(frame["frame"])) == [(len(body), body[:KEPT_BYTES])]


def test_the_golden_adpcm(device):
    golden = json.loads((GOLDEN / "ima_adpcm.json").read_text(encoding="utf-8"))
    nibbles, predictor, _ = device.adpcm(np.array(golden["samples"], np.int16))
    assert nibbles.hex() == golden["nibbles"]
    assert predictor == golden["decoded"][-1]


@given(st.binary(min_size=2, max_size=1024))
def test_a_body_becomes_the_same_frame(device, body):
    assert device.frame_of(body) == encode_frame(body)


@given(st.binary(min_size=2, max_size=300))
def test_a_frame_for_which_there_is_no_room_is_none(device, body):
    size = len(encode_frame(body))
    assert device.frame_of(body, size) == encode_frame(body)
    assert device.frame_of(body, size - 1) == b""


sent = st.lists(
    st.one_of(
        st.binary(min_size=2, max_size=600).map(encode_frame),
        st.binary(max_size=40),
        st.binary(min_size=1, max_size=40).map(lambda data: data + b"\0"),
        st.integers(1028, 1034).map(lambda size: b"\x01" * size + b"\0"),
        st.binary(min_size=1, max_size=1200).map(lambda data: data.replace(b"\0", b"\xff") + b"\0"),
    ),
    max_size=8,
)


@given(sent)
def test_of_any_bytes_both_make_the_same_frames_and_count_the_same(device, pieces):
    reader, decoder = device.reader(), FrameDecoder()
    expected = [(len(body), body[:KEPT_BYTES]) for piece in pieces for body in decoder.feed(piece)]
    assert [found for piece in pieces for found in device.feed(reader, piece)] == expected
    counts = decoder.statistics()
    assert (reader.frames_received, reader.frames_damaged, reader.frames_oversize) == (
        counts.frames_received,
        counts.frames_damaged,
        counts.frames_oversize,
    )


@given(of_device)
def test_what_a_device_says_is_the_same(device, message):
    assert device.encode(message) == encode(message)


@given(of_host, st.binary(max_size=1000 - 80))
def test_what_a_host_says_is_understood_the_same_with_fields_of_later_behind_it(device, message, more):
    (request,) = device.requests(encode_frame(encode_body(message) + more))
    assert kept(request, message) == fields_of(message)


@given(of_host, st.integers(0, 80), st.binary(max_size=6), u8)
def test_what_python_skips_c_skips(device, message, length, noise, version):
    """Bodies that are cut, changed or of another version."""
    body = bytearray(encode_body(message, version if version < 3 else 1)[: 2 + length])
    for byte in noise:
        if len(body) > 2:
            body[2 + byte % (len(body) - 2)] = noise[0]
    frame = encode_frame(bytes(body))
    understood = [m for m in PacketDecoder().feed(frame) if isinstance(m, (*HOST, wire.ForeignVersion))]
    requests = device.requests(frame)
    assert len(requests) == len(understood)
    for request, one in zip(requests, understood, strict=True):
        if isinstance(one, HOST):
            assert kept(request, one) == fields_of(one)


@given(
    st.lists(st.integers(-32768, 32767), min_size=1, max_size=200).map(lambda x: np.array(x, np.int16)),
    st.builds(AdpcmState, st.integers(-32768, 32767), st.integers(0, 88)),
)
def test_samples_become_the_same_nibbles(device, pcm, state):
    nibbles, after = encode_block(pcm, state)
    assert device.adpcm(pcm, state.predictor, state.index) == (nibbles, after.predictor, after.index)
