"""A result as people read it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stetho.analysis import analyze
from stetho.cli.analysis_run import Outcome
from stetho.cli.analysis_text import print_outcome
from stetho.heart.assessment import Quality, Reason
from stetho.heart.beats import Segment
from stetho.heart.durations import STATES
from stetho.heart.variability import WORDS
from stetho.inference.models import shipped_model
from stetho.stream import Span


@pytest.mark.parametrize(("confidence", "words"), [(0.5, "88 bpm (conf"), (0.49, "88 bpm (uncertain) (conf")])
def test_a_heart_rate_that_is_hardly_supported_is_uncertain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], confidence: float, words: str
) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(8000, np.int16), 4000)
    result = analyze(path, model=shipped_model())
    rate = replace(result.rate, heart_rate_bpm=88.4, confidence=confidence)
    print_outcome(Outcome("a.wav", replace(result, rate=rate)))
    assert f"heart rate {words}idence {confidence:.2f})" in capsys.readouterr().out


def test_varying_intervals_are_said_as_not_validated_and_nothing_else_is_vouched_for(
    capsys: pytest.CaptureFixture[str], validate
) -> None:
    silence = analyze(np.zeros(8000, np.int16), 4000, model=shipped_model())
    for cycles_s, said in (
        (
            [0.5, 1.1] * 6,
            f"{WORDS}: a beat every 0.80 s on average, one interval differs from the next by about 600 ms (12",
        ),
        (
            [0.8] * 9,
            "beat intervals: a beat every 0.80 s on average, one interval differs from the next by about 0 ms (9",
        ),
    ):
        edges_s = np.cumsum([0.2, *(part_s * cycle_s for cycle_s in cycles_s for part_s in (0.1, 0.3, 0.1, 0.5))])
        states = [STATES[at % 4] for at in range(len(edges_s) - 1)] + [STATES[0]]
        segments = tuple(map(Segment, edges_s.tolist(), [*edges_s[1:].tolist(), edges_s[-1] + 0.1], states))
        rate = replace(silence.rate, heart_rate_bpm=75.0, confidence=0.9)
        result = replace(silence, rate=rate, segments=segments, quality_track=())
        print_outcome(Outcome("a.wav", result), variability=True)
        line = next(line.strip() for line in capsys.readouterr().out.splitlines() if "SDNN" in line)
        assert line.startswith(said)
        assert "(not validated on patients: a child's rhythm follows the breath" in line
        for word in ("normal", "regular", "rhythm is", "fibrillation"):
            assert word not in line
        validate("analyze", result.to_json(variability=True))
        assert "variability" not in result.to_json()
    print_outcome(Outcome("a.wav", silence), variability=True)
    assert "too few clear beats follow one another" in capsys.readouterr().out


def test_no_interval_over_poor_signal_counts() -> None:
    silence = analyze(np.zeros(8000, np.int16), 4000, model=shipped_model())
    edges_s = [0.2 * at for at in range(4 * 12 + 1)]
    segments = tuple(Segment(at_s, at_s + 0.2, STATES[index % 4]) for index, at_s in enumerate(edges_s))
    poor = Quality(Span(4 * 4000, 5 * 4000), 0.0, usable=False, reasons=(Reason.SPEECH,))
    rate = replace(silence.rate, heart_rate_bpm=75.0, confidence=0.9)
    result = replace(silence, rate=rate, segments=segments)
    assert replace(result, quality_track=()).variability is not None
    assert replace(result, quality_track=(poor,)).variability is None
