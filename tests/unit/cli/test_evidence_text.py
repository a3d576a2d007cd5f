"""What a verdict rests on, in words: only of a murmur that is suspected, and only where all agrees."""

from dataclasses import replace

import numpy as np
import pytest

from hw_sim.heart import Heart, Wish, scenario
from stetho.analysis import RecordingResult, analyze
from stetho.cli.evidence_text import evidence_lines
from stetho.inference.timing import Timing
from stetho.inference.verdict import Label, MurmurVerdict

RATE_HZ = 4000


def result_of(name: str, seed: int) -> RecordingResult:
    heart = Heart(scenario(name, Wish(seed=seed, rate_hz=RATE_HZ)))
    samples = heart.read(12 * RATE_HZ).astype(np.float32) / np.float32(32768)
    return analyze(samples, RATE_HZ, evidence=True)


@pytest.fixture(scope="module")
def result() -> RecordingResult:
    """A systolic murmur, whatever the model says of its timing."""
    found = result_of("murmur", 1007)
    return replace(found, murmur=replace(found.murmur, label=Label.PRESENT, reason=None, timing=None))


def timed(result: RecordingResult, timing: Timing | None) -> RecordingResult:
    return replace(result, murmur=replace(result.murmur, timing=timing))


@pytest.mark.parametrize("timing", [None, Timing.SYSTOLIC, Timing.BOTH])
def test_where_the_sound_lies_is_said_with_the_window(result: RecordingResult, timing: Timing | None) -> None:
    first, beats, energy = evidence_lines(timed(result, timing))
    start_s, stop_s = result.murmur.to_json(RATE_HZ)["evidence_s"]
    assert first == f"driven by the window {start_s:.1f}-{stop_s:.1f} s; the sound lies mostly in systole"
    assert beats.startswith("average of ")
    assert "over this heart's own " in energy
    assert ": systole +" in energy


def test_a_timing_that_the_sound_contradicts_is_said_to_be_contradicted(result: RecordingResult) -> None:
    first = next(evidence_lines(timed(result, Timing.DIASTOLIC)))
    assert first.endswith("mostly in systole, which contradicts the timing: listen again")


def test_without_evidence_the_window_alone_is_said(result: RecordingResult) -> None:
    (line,) = evidence_lines(replace(result, evidence=None))
    assert line.startswith("driven by the window ")
    assert "lies" not in line


@pytest.mark.parametrize("label", [Label.ABSENT, Label.UNKNOWN])
def test_nothing_drives_what_is_no_suspected_murmur(result: RecordingResult, label: Label) -> None:
    verdict: MurmurVerdict = replace(result.murmur, label=label, reason="too_noisy" if label is Label.UNKNOWN else None)
    assert not any("driven" in line or "lies" in line for line in evidence_lines(replace(result, murmur=verdict)))


def test_of_uncertain_beats_no_phase_is_named(result: RecordingResult) -> None:
    assert result.evidence is not None
    unsure = replace(result, evidence=replace(result.evidence, beat_confidence=0.4))
    first, _, energy = evidence_lines(unsure)
    assert "lies" not in first
    assert energy == "systole and diastole are not compared: S1 and S2 are not told apart surely"
    assert unsure.evidence is not None
    assert unsure.evidence.to_json()["phase_reason"] == "beats_uncertain"
    assert result.evidence.to_json()["phase_reason"] is None


def test_too_few_beats_are_a_reason() -> None:
    silence = analyze(np.zeros(8 * RATE_HZ, np.float32), RATE_HZ, evidence=True)
    (line,) = evidence_lines(silence)
    assert line.startswith("no average beat: too few clear heart beats")
