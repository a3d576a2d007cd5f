"""What a result keeps of how it came about."""

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.heart import Heart, Wish, scenario
from stetho.analysis import RecordingResult, analyze_chunks
from stetho.artifacts import PINNED, find_model
from stetho.inference.models import shipped_model
from stetho.provenance.environment import this_environment
from stetho.provenance.record import Provenance
from stetho.stream import Chunk, Origin, Samples, StreamSpec, read_only

RATE_HZ = 4000
SPEC = StreamSpec(RATE_HZ, Origin.FILE)
SECONDS = 9


@pytest.fixture(scope="module", params=["clear", "murmur", "diastolic"])
def heart(request: pytest.FixtureRequest) -> Samples:
    pcm = Heart(scenario(request.param, Wish(1007, RATE_HZ))).read(SECONDS * RATE_HZ)
    return pcm.astype(np.float32) / np.float32(32768)


def result_of(heart: Samples, cuts: list[int], start: int = 0) -> RecordingResult:
    edges = sorted({0, *cuts, heart.size})
    chunks = [Chunk(read_only(heart[a:b]), SPEC, start + a, 0) for a, b in pairwise(edges)]
    return analyze_chunks("heart", SPEC, chunks, shipped_model())


def provenance_of(result: RecordingResult) -> Provenance:
    assert result.provenance is not None
    return result.provenance


@settings(max_examples=3)
@given(cuts=st.lists(st.integers(1, SECONDS * RATE_HZ - 1), max_size=20))
def test_a_result_is_the_same_however_the_recording_is_cut(heart: Samples, cuts: list[int]) -> None:
    assert result_of(heart, cuts) == result_of(heart, [])


def test_where_the_take_lay_in_its_stream_is_no_part_of_it(heart: Samples) -> None:
    assert provenance_of(result_of(heart, [], start=777)) == provenance_of(result_of(heart, []))


def test_the_windows_are_those_of_the_verdict(heart: Samples, validate: Callable[[str, Any], None]) -> None:
    result = result_of(heart, [])
    windows = provenance_of(result).windows
    assert [window.index for window in windows] == [0, 1, 2, 3, 4]
    assert [window.span.start for window in windows] == [0, 4000, 8000, 12_000, 16_000]
    assert all(window.counted and window.reason is None for window in windows)
    odds = [window.odds.present for window in windows]
    assert result.murmur.log_odds is not None
    assert np.mean(odds) == pytest.approx(result.murmur.log_odds.present)
    said = result.to_json()
    validate("analyze", said)
    assert all(round(window["probability"], 3) == window["probability"] for window in said["provenance"]["windows"])


def test_a_window_that_was_not_used_says_why() -> None:
    noise = np.random.default_rng(1).normal(0, 0.3, SECONDS * RATE_HZ).astype(np.float32)
    result = result_of(noise, [])
    windows = provenance_of(result).windows
    assert result.murmur.reason in {window.reason for window in windows}
    assert all(window.counted for window in windows)  # none is usable: the figures are of all


def test_model_and_software_are_named_exactly(heart: Samples) -> None:
    provenance, folder = provenance_of(result_of(heart, [])), find_model()
    manifest = (folder / "manifest.toml").read_bytes()
    assert provenance.model.manifest_sha256 == hashlib.sha256(manifest).hexdigest()
    assert provenance.model.network_sha256 == PINNED["murmur"].network_sha256
    software = dict(provenance.environment.software)
    assert list(software) == ["stetho", "onnxruntime", "numba", "numpy", "python"]
    assert software["onnxruntime"] == version("onnxruntime")
    assert software["numba"] == version("numba")


def test_the_processors_features_are_those_that_arithmetic_is_chosen_by() -> None:
    here = this_environment()
    assert here.processor
    assert here.features == tuple(sorted(here.features))
    if here.architecture == "x86_64":
        assert "sse4.2" in here.features
        assert "aes" not in here.features
