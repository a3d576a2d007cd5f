"""A result as people read it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stetho.analysis import analyze
from stetho.cli.analysis_run import Outcome
from stetho.cli.analysis_text import print_outcome
from stetho.inference.models import shipped_model


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
