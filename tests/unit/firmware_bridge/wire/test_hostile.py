"""Whatever a peer sends, the decoder raises nothing and holds no more than one frame."""

import tracemalloc

import numpy as np
import pytest

from firmware_bridge.wire import PacketDecoder
from firmware_bridge.wire.cobs import encode_frame
from firmware_bridge.wire.v1 import _UNPACK

KINDS = sorted(_UNPACK)


def noise(rng: np.random.Generator) -> bytes:
    """Bytes of no meaning, some with many delimiters."""
    data = rng.bytes(int(rng.integers(0, 400)))
    return data.replace(data[:1], b"\x00") if rng.random() < 0.3 else data


def framed(rng: np.random.Generator) -> bytes:
    """An intact frame of a known type around fields of no meaning; its counts and lengths may be small."""
    fields = rng.bytes(int(rng.integers(0, 300)))
    if rng.random() < 0.5:
        fields = bytes(byte & 3 for byte in fields)
    return encode_frame(bytes([1, KINDS[int(rng.integers(len(KINDS)))]]) + fields)


@pytest.mark.parametrize("make", [noise, framed])
def test_hostile_bytes_raise_nothing_and_take_no_memory(make, session_seed, heavy_count):
    rng = np.random.default_rng(session_seed)
    decoder = PacketDecoder()
    for _ in range(200):
        list(decoder.feed(make(rng)))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    understood = 0
    for _ in range(heavy_count(100_000)):
        for message in decoder.feed(make(rng)):
            understood += 1
            repr(message)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 1_000_000  # free lists of the interpreter included; 20 MB are fed
    statistics = decoder.statistics()
    if make is framed:
        assert understood > 0
        assert statistics.messages_malformed > 0
    else:
        assert statistics.frames_damaged > 0


def test_a_megabyte_without_a_delimiter_is_one_frame_too_long():
    decoder = PacketDecoder()
    assert list(decoder.feed(b"\x07" * 1_000_000)) == []
    assert list(decoder.feed(b"\x00")) == []
    assert decoder.statistics().frames_oversize == 1


def test_audio_that_is_understood_can_always_be_decoded(session_seed, heavy_count):
    rng = np.random.default_rng(session_seed)
    decoder = PacketDecoder()
    for _ in range(heavy_count(20_000)):
        samples, channels, codec = int(rng.integers(1, 400)), int(rng.integers(1, 3)), int(rng.integers(0, 2))
        head = rng.bytes(10) + samples.to_bytes(2, "little") + bytes([codec, channels]) + rng.bytes(8)
        for message in decoder.feed(encode_frame(b"\x01\x84" + head + rng.bytes(int(rng.integers(0, 900))))):
            assert message.pcm().shape == (channels, samples)
