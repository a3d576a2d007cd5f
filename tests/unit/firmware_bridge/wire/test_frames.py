"""Frames: the splitting law, noise, bounds."""

import binascii
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.wire.cobs import FrameDecoder, encode_frame
from firmware_bridge.wire.limits import MAX_BODY_BYTES, MAX_ENCODED_BYTES

bodies = st.lists(st.binary(min_size=2, max_size=600), max_size=8)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@given(bodies, st.lists(st.integers(0, 5000), max_size=20), st.binary(max_size=50))
def test_any_split_gives_the_same_frames(sent, cuts, noise):
    data = noise + b"\x00" + b"".join(encode_frame(body) for body in sent)
    whole, cut = FrameDecoder(), FrameDecoder()
    expected = list(whole.feed(data))
    assert [body for piece in pieces(data, cuts) for body in cut.feed(piece)] == expected
    assert cut.statistics() == whole.statistics()
    assert expected[len(expected) - len(sent) :] == sent


@given(st.binary(min_size=2, max_size=MAX_BODY_BYTES))
def test_a_frame_holds_no_zero_and_keeps_its_bound(body):
    frame = encode_frame(body)
    assert 0 not in frame[:-1]
    assert frame[-1] == 0
    assert len(frame) <= MAX_ENCODED_BYTES + 1


@pytest.mark.parametrize("size", [253, 254, 255, 507, 508, 509, 1023, 1024])
@pytest.mark.parametrize("fill", [b"\x00", b"\x01", b"\xff"])
def test_frames_around_the_edges_of_cobs_come_back(size, fill):
    assert list(FrameDecoder().feed(encode_frame(fill * size))) == [fill * size]


@given(st.binary(min_size=2, max_size=250).filter(lambda body: 0 not in body))
def test_the_crc_is_the_one_of_the_standard_library(body):
    crc = binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "little")
    stuffed = b"".join(bytes([len(part) + 1]) + part for part in (body + crc).split(b"\x00"))
    assert encode_frame(body) == stuffed + b"\x00"


@pytest.mark.parametrize("size", [0, 1, MAX_BODY_BYTES + 1])
def test_a_body_out_of_bounds_is_not_sent(size):
    with pytest.raises(ValueError, match="body is 2 to 1024 bytes"):
        encode_frame(bytes(size))


def test_an_endless_frame_is_counted_once_and_the_next_one_is_heard():
    decoder = FrameDecoder()
    assert not list(decoder.feed(b"\x05" * 1_000_000))
    assert list(decoder.feed(b"\x00" + encode_frame(b"hello"))) == [b"hello"]
    assert decoder.statistics().frames_oversize == 1


def test_every_damaged_frame_is_refused(heavy_count):
    rng = np.random.default_rng(2026)
    for _ in range(heavy_count(300_000)):
        body = rng.bytes(int(rng.integers(20, 200)))
        frame = bytearray(encode_frame(body))
        for _flip in range(int(rng.integers(1, 4))):
            frame[int(rng.integers(0, len(frame) - 1))] ^= 1 << int(rng.integers(0, 8))
        assert all(got == body for got in FrameDecoder().feed(bytes(frame)))
