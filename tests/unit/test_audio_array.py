"""Arrays at the door: what is a recording comes in as it is, what is none is refused with one sentence."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from stetho.audio_array import chunks, whole
from stetho.errors import InputError
from stetho.stream import Origin

NOISE = np.random.default_rng(1).normal(0, 0.1, 8000).astype(np.float32)


@pytest.mark.parametrize(
    ("samples", "rate_hz", "sentence"),
    [
        (NOISE, None, "give sample_rate_hz"),
        (NOISE, 0, "not 0"),
        (NOISE, -4000, "not -4000"),
        (NOISE, 4000.5, "not 4000.5"),
        (NOISE, float("nan"), "not nan"),
        (NOISE, float("inf"), "not inf"),
        (NOISE, "4000", "not 4000"),
        (np.where(np.arange(NOISE.size) == 9, np.nan, NOISE), 4000, "NaN or infinite"),
        (np.where(np.arange(NOISE.size) == 9, -np.inf, NOISE), 4000, "NaN or infinite"),
        (NOISE * 32768, 4000, "full scale is 1"),
        (np.full(9, 1e300), 4000, "full scale is 1"),
        (np.zeros(0, np.float32), 4000, "not empty"),
        (np.float32(0.5), 4000, "one channel"),
        (np.zeros((2, 8000), np.float32), 4000, r"not \(2, 8000\)"),
        (np.zeros((8000, 1), np.int16), 4000, "give the chest alone"),
        (NOISE.astype(np.complex64), 4000, "not complex64"),
        (NOISE.astype(np.float16), 4000, "not float16"),
        (np.zeros(9, np.int32), 4000, "not int32"),
        (np.zeros(9, np.uint16), 4000, "not uint16"),
        (np.zeros(9, bool), 4000, "not bool"),
        (np.array([None, 1.0]), 4000, "not object"),
        ("a.wav", 4000, "not <U5"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_sentence(samples: object, rate_hz: object, sentence: str) -> None:
    for refuse in (whole, chunks):
        with pytest.raises(InputError, match=sentence) as refused:
            refuse(samples, rate_hz)
        assert str(refused.value).count(". ") == 0


def test_a_place_that_samples_never_come_from_is_refused() -> None:
    with pytest.raises(InputError, match="not 'patient'"):
        whole(NOISE, 4000, "patient")
    assert whole(NOISE, 4000, "simulated").spec.origin is Origin.SIMULATED


@pytest.mark.parametrize("convert", [np.float64, np.float32, lambda s: s[::1].astype(">f4").astype(np.float32), list])
def test_floats_come_in_as_they_are(convert: Callable[[np.ndarray], object]) -> None:
    np.testing.assert_array_equal(whole(convert(NOISE), 4000).chest, NOISE)


def test_int16_comes_in_as_a_file_of_it_is_read() -> None:
    edges = np.array([-32768, -1, 0, 1, 32767], np.int16)
    np.testing.assert_array_equal(whole(edges, 4000).chest, edges / np.float32(32768))


def test_a_stream_of_it_has_all_of_it_once_and_leaves_the_array_alone() -> None:
    pieces = list(chunks(NOISE, 4000, chunk_s=0.03))
    assert {len(piece) for piece in pieces[:-1]} == {120}
    assert all(first.stop == then.start for first, then in pairwise(pieces))
    assert pieces[50].t0_ns == 50 * 120 * 250_000
    np.testing.assert_array_equal(np.concatenate([piece.chest for piece in pieces]), NOISE)
    assert NOISE.flags.writeable
