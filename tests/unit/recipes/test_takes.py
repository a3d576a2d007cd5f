"""The product's own path, heard once for several networks, and what it says of visits."""

from pathlib import Path

import numpy as np
import pytest
from dataset import Recording
from heard import model_of
from in_product import PREFIX, in_product, product_lines, refusals
from judged import judge
from manifest import in_force
from platt import Platt
from scores import Scores
from takes import SPEC, Take, takes_of
from verdicts import Calibration, Rule, Thresholds

from hw_sim.heart import Heart, Wish, scenario
from stetho.analysis import analyze_chunks
from stetho.artifacts import find_model
from stetho.dsp.resample import to_2khz
from stetho.heart.beats import Durations, StateDuration
from stetho.heart.quality import QualitySummary
from stetho.inference import verdict
from stetho.inference.manifest import read_manifest
from stetho.stream import Chunk, Span, read_only

CURVES = Calibration(Platt(1.0, 0.0), Platt(1.0, 0.0), 0.2)
RULE = Rule(CURVES, CURVES, 0.0, Thresholds(0.2, 0.25), Thresholds(0.2, 0.25))
STATE = StateDuration(0.2, 0.02, 0.1, 0.4)


def test_a_take_is_what_the_product_makes_of_it_whichever_networks_listen_along() -> None:
    folder = find_model()
    manifest = read_manifest(folder)
    models = [model_of(folder / f"model.{precision}.onnx", manifest) for precision in ("int8", "fp32")]
    pcm = Heart(scenario("murmur", Wish(seed=5, grade=3))).read(4000 * 9)
    samples = to_2khz((pcm / 32768.0).astype(np.float32), 4000)
    for model, take in zip(models, takes_of(samples, models), strict=True):
        alone = analyze_chunks("a", SPEC, [Chunk(read_only(samples[None]), SPEC, 0, 0)], model)
        said = verdict.judge(take.windows, manifest)
        assert (said.label, said.log_odds, said.reason) == (alone.label, alone.murmur.log_odds, alone.murmur.reason)
        assert take.quality == alone.quality
    assert len({take.windows for take in takes_of(samples, models)}) == 2


def recording(person: int, site: str, label: str) -> Recording:
    return Recording(
        Path(f"{person}_{site}.flac"), f"{person}_{site}", "circor", "train", f"p{person}", str(person), site, label, label,
        judged=True, usable=True, timing="", grade="", diastolic=False, age="Child", duration_s=9.0,
    )  # fmt: skip


def take(present: float, poor: str = "") -> Take:
    windows = (verdict.ScoredWindow(k, Span(0, 10_000), present, -4.0, poor=poor) for k in range(5))
    return Take(tuple(windows), QualitySummary(usable=not poor, score=0.8))


def test_what_the_gate_refuses_is_unknown_in_the_product_and_counts_as_wrong() -> None:
    labels = ("present", "present", "absent", "absent", "absent", "unknown")
    rows = [recording(person, site, label) for person, label in enumerate(labels) for site in ("AV", "MV")]
    logits = np.asarray([3.0 if row.site_label == "present" else -5.0 for row in rows])
    nothing = np.zeros((len(rows), 2))
    scores = Scores(tuple(range(len(rows))), logits, np.full(len(rows), -4.0), (), (), nothing)
    refused = {"0_AV", "0_MV", "2_AV"}  # a murmur at both sites, and one of two sites of a heart without
    takes = {row.name: take(x, "too_noisy" if row.name in refused else "") for row, x in zip(rows, logits, strict=True)}
    alone = judge(rows, scores, np.full(len(rows), 0.8), RULE)
    manifest = in_force(RULE, 2.0, Durations(STATE, STATE, STATE, STATE))
    found = in_product(alone, takes, [manifest] * len(rows))
    assert alone.exam_said.tolist() == ["present", "present", "absent", "absent", "absent", "absent"]
    assert found.judged.exam_said.tolist() == ["unknown", "present", "absent", "absent", "absent", "absent"]
    lines = {line.name.removeprefix(PREFIX): line.figure.mean.value for line in product_lines([found, found])}
    assert lines["visit: sensitivity, unknown is wrong"] == pytest.approx(1 / 2)
    assert lines["visit: judgeable visits called unknown"] == pytest.approx(1 / 5)
    assert lines["recording: sensitivity, unknown is wrong"] == pytest.approx(1 / 2)
    assert lines["recording: specificity, unknown is wrong"] == pytest.approx(5 / 6)
    assert lines["recording: judgeable refused by the gate"] == pytest.approx(3 / 10)
    assert refusals([found]) == [("too_noisy", 3.0, 3.0)]
