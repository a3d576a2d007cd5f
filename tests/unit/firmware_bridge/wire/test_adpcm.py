"""IMA-ADPCM: against the standard written out plainly, and against another implementation's vectors."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.wire.adpcm import AdpcmEncoder, AdpcmState, decode, decode_block, encode_block, payload_bytes

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "ima_adpcm.json"
samples = st.lists(st.integers(-32768, 32767), min_size=1, max_size=200).map(lambda x: np.array(x, np.int16))
states = st.builds(AdpcmState, st.integers(-32768, 32767), st.integers(0, 88))


def plain_decode(nibbles: list[int], predictor: int, index: int) -> list[int]:
    """The decoder of the IMA's recommendation; its step table is the rounded power of 1.1 that it prints."""
    out = []
    for nibble in nibbles:
        step = STEPS[index]
        change = step >> 3
        change += step if nibble & 4 else 0
        change += step >> 1 if nibble & 2 else 0
        change += step >> 2 if nibble & 1 else 0
        predictor = max(-32768, min(32767, predictor - change if nibble & 8 else predictor + change))
        index = max(0, min(88, index + (-1, -1, -1, -1, 2, 4, 6, 8)[nibble & 7]))
        out.append(predictor)
    return out


STEPS = [7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97]
STEPS += [107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796]
STEPS += [876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428]
STEPS += [4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350]
STEPS += [22385, 24623, 27086, 29794, 32767]


@given(st.binary(min_size=1, max_size=100), states)
def test_decodes_as_the_standard_says(packed, state):
    nibbles = [n for byte in packed for n in (byte & 15, byte >> 4)]
    got = decode_block(packed, len(nibbles), state)
    assert got.tolist() == plain_decode(nibbles, state.predictor, state.index)


@given(samples, states)
def test_the_encoder_knows_what_the_decoder_will_hear(pcm, state):
    nibbles, after = encode_block(pcm, state)
    heard = decode_block(nibbles, len(pcm), state)
    assert after.predictor == heard[-1]
    assert 0 <= after.index <= 88


@given(samples, st.lists(st.integers(1, 60), min_size=1, max_size=10))
def test_packets_stand_alone_and_join_without_a_seam(pcm, sizes):
    whole, _ = encode_block(pcm, AdpcmState())
    expected = decode_block(whole, len(pcm), AdpcmState())
    encoder = AdpcmEncoder(1)
    heard, at = [], 0
    while at < len(pcm):
        part = pcm[None, at : at + sizes[len(heard) % len(sizes)]]
        heard.append(decode(encoder.encode(part), 1, part.shape[1])[0])
        at += part.shape[1]
    assert np.array_equal(np.concatenate(heard), expected)


def test_golden_vectors_of_another_implementation():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    pcm = np.array(golden["samples"], np.int16)
    nibbles, _ = encode_block(pcm, AdpcmState())
    assert nibbles.hex() == golden["nibbles"]
    assert decode_block(nibbles, len(pcm), AdpcmState()).tolist() == golden["decoded"]


def test_a_step_index_beyond_the_table_counts_as_the_last():
    assert np.array_equal(decode_block(b"\x17", 2, AdpcmState(0, 255)), decode_block(b"\x17", 2, AdpcmState(0, 88)))


@pytest.mark.parametrize(("samples", "size"), [(1, 5), (2, 5), (3, 6), (80, 44)])
def test_payload_size(samples, size):
    assert payload_bytes(1, samples) == size
