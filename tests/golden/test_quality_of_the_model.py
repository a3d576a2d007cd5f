"""A model whose rule leans on quality was fitted to quality as it was then judged."""

import numpy as np
import pytest

from stetho.artifacts import find_model
from stetho.dsp.mel import RATE_HZ
from stetho.heart.quality import QualityGate, summarize
from stetho.inference.manifest import read_manifest
from stetho.stream import Chunk, Origin, Samples, StreamSpec, read_only


def score(signal: Samples) -> float:
    gate, spec = QualityGate(), StreamSpec(RATE_HZ, Origin.FILE)
    gate.prepare(spec)
    return summarize(tuple(gate.process(Chunk(read_only(signal[None]), spec, start=0, t0_ns=0)))).score


def test_golden_sounds_have_the_quality_that_the_rule_was_fitted_to() -> None:
    folder = find_model()
    with np.load(folder / "golden.npz") as golden:
        samples, stored = golden["samples"], golden["quality"] if "quality" in golden.files else np.zeros(0)
    assert len(stored) == (len(samples) if read_manifest(folder).exam.quality_slope else 0)
    found = [score(signal) for signal in samples[: len(stored)]]
    assert found == pytest.approx(list(stored), abs=0.02), "fit the exam's rule again: models/recipes/build.py"
