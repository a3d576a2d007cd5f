"""What a verdict rests on, on hearts whose truth is known."""

import logging
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hw_sim.heart import Heart, HeartSettings, Phase, Wish, scenario
from stetho.analysis import RecordingResult, analyze, analyze_chunks
from stetho.errors import ModelError
from stetho.heart.durations import HeartState
from stetho.inference import evidence as evidence_module
from stetho.inference.models import shipped_model
from stetho.inference.verdict import Label
from stetho.stream import Chunk, Origin, Samples, StreamSpec, read_only

RATE_HZ = 4000


def sound_of(settings: HeartSettings, seconds: int = 15) -> Samples:
    return Heart(settings).read(seconds * RATE_HZ).astype(np.float32) / np.float32(32768)


def analysed(samples: Samples) -> RecordingResult:
    return analyze(samples, RATE_HZ, evidence=True)


@pytest.fixture(scope="module")
def murmur() -> Samples:
    return sound_of(scenario("murmur", Wish(seed=1007, rate_hz=RATE_HZ, grade=3)))


@pytest.fixture(scope="module")
def result(murmur: Samples) -> RecordingResult:
    return analysed(murmur)


def test_a_systolic_murmur_lies_in_systole(result: RecordingResult) -> None:
    found = result.evidence
    assert found is not None
    assert found.phase is HeartState.SYSTOLE
    assert found.energy is not None
    assert found.energy.systole_over_diastole_db > 5.0
    assert found.average is not None
    assert found.average.beats >= 15
    assert list(found.window_s or ()) == result.murmur.to_json(RATE_HZ)["evidence_s"]


def test_evidence_changes_nothing_of_the_result(murmur: Samples, result: RecordingResult) -> None:
    assert replace(result, evidence=None) == analyze(murmur, RATE_HZ)


def test_the_evidence_of_a_result_keeps_the_contract(
    result: RecordingResult, validate: Callable[[str, object], None]
) -> None:
    validate("analyze", result.to_json())
    validate("analyze", analysed(np.zeros(2 * RATE_HZ, np.float32)).to_json())
    validate("analyze", analysed(np.zeros(9 * RATE_HZ, np.float32)).to_json())


def test_the_evidence_is_the_same_however_the_take_was_cut_and_wherever_it_began(
    murmur: Samples, result: RecordingResult
) -> None:
    spec = StreamSpec(RATE_HZ, Origin.FILE)
    chunks = [Chunk(read_only(murmur[at : at + 777]), spec, 12_345 + at, 0) for at in range(0, murmur.size, 777)]
    cut = analyze_chunks("array", spec, chunks, shipped_model(), evidence=True)
    assert cut.evidence is not None
    assert result.evidence is not None
    assert cut.evidence.to_json() == result.evidence.to_json()


def test_noise_alone_has_no_beat_and_no_phase() -> None:
    noise = np.random.default_rng(0).normal(0.0, 0.05, 12 * RATE_HZ).astype(np.float32)
    found = analysed(noise)
    assert found.label is Label.UNKNOWN
    assert found.evidence is not None
    assert found.evidence.phase is None
    assert found.evidence.to_json()["beats"]["reason"] == "too_few_beats"
    assert (found.evidence.average, found.evidence.energy) == (None, None)


def test_a_take_without_a_window_has_no_occlusion() -> None:
    found = analysed(sound_of(scenario("clear", Wish(seed=1, rate_hz=RATE_HZ)), seconds=4)).evidence
    assert found is not None
    assert found.to_json() | {"window_s": None, "occlusion": None, "occlusion_reason": "no_window"} == found.to_json()


def test_a_fault_in_the_occlusion_costs_the_occlusion_alone(
    murmur: Samples, result: RecordingResult, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("out of memory")

    monkeypatch.setattr(evidence_module, "occlude", fail)
    with caplog.at_level(logging.ERROR):
        found = analysed(murmur)
    assert found.murmur == result.murmur
    assert found.evidence is not None
    assert found.evidence.to_json()["occlusion_reason"] == "analysis_failed"
    assert found.evidence.average is not None
    assert "out of memory" in caplog.text


@pytest.mark.parametrize("bpm", [30.0, 220.0])
def test_an_extreme_rate_is_never_given_the_wrong_phase(bpm: float) -> None:
    for phase in Phase:
        wish = Wish(seed=2, rate_hz=RATE_HZ, rate_bpm=bpm, grade=3, timing=phase)
        found = analysed(sound_of(scenario("murmur", wish), seconds=20)).evidence
        assert found is not None
        assert found.phase in {None, HeartState.SYSTOLE if phase is Phase.SYSTOLIC else HeartState.DIASTOLE}


def test_an_irregular_rhythm_keeps_the_phase() -> None:
    settings = scenario("murmur", Wish(seed=1, rate_hz=RATE_HZ, rate_bpm=75, grade=3))
    found = analysed(sound_of(replace(settings, jitter=0.15, sinus_arrhythmia=0.15), seconds=20)).evidence
    assert found is not None
    assert found.energy is not None
    assert found.energy.systole_over_diastole_db > 5.0


def test_beats_over_a_poor_signal_are_left_out(murmur: Samples) -> None:
    spoilt = murmur.copy()
    spoilt[6 * RATE_HZ : 8 * RATE_HZ] = np.sign(spoilt[6 * RATE_HZ : 8 * RATE_HZ])
    found = analysed(spoilt).evidence
    assert found is not None
    assert found.to_json()["beats"]["excluded"]["poor_signal"] >= 2


def test_a_loud_touch_under_a_few_beats_is_no_part_of_the_average(murmur: Samples, result: RecordingResult) -> None:
    touched = murmur.copy()
    touched[6 * RATE_HZ : 7 * RATE_HZ] += np.random.default_rng(0).normal(0.0, 0.3, RATE_HZ).astype(np.float32)
    found = analysed(touched).evidence
    assert found is not None
    assert found.average is not None
    assert result.evidence is not None
    assert result.evidence.average is not None
    assert sum(found.beats.excluded.values()) > sum(result.evidence.beats.excluded.values())
    assert np.abs(found.average.mean_db - result.evidence.average.mean_db).max() < 3.0
