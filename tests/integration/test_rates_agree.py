"""The same heart at 2, 4, 44.1 and 48 kHz gets the same verdict."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from stetho.analysis import RecordingResult, analyze
from stetho.stream import Samples

pytestmark = pytest.mark.slow

RECORDINGS = 54
AGREEING = 53
LARGEST_CHANGE = 0.03
FOURTH_KHZ = 4000


def at_rate(samples: Samples, rate_hz: int) -> Samples:
    """A copy at another rate, by somebody else's resampler."""
    ratio = Fraction(rate_hz, FOURTH_KHZ)
    return np.asarray(resample_poly(samples, ratio.numerator, ratio.denominator), np.float32)


def disagreements(ours: dict[str, RecordingResult], others: dict[str, RecordingResult]) -> tuple[list[str], float]:
    """Names of the recordings whose label differs, and the largest change of probability."""
    differing = [name for name, result in ours.items() if result.label is not others[name].label]
    changes = [
        abs((result.murmur.probability or 0.0) - (others[name].murmur.probability or 0.0))
        for name, result in ours.items()
    ]
    return differing, max(changes)


@pytest.fixture(scope="module")
def native(data_folder: Path) -> dict[str, Samples]:
    """The recordings at their own 4 kHz, float32 (n,)."""
    files = sorted((data_folder / "pcg" / "native4k" / "circor").glob("*.flac"))
    assert len(files) == RECORDINGS
    return {file.name: soundfile.read(file, dtype="float32")[0] for file in files}


@pytest.fixture(scope="module")
def at_4khz(native: dict[str, Samples]) -> dict[str, RecordingResult]:
    return {name: analyze(samples, FOURTH_KHZ) for name, samples in native.items()}


def test_4_khz_against_the_stored_2_khz(
    native: dict[str, Samples], at_4khz: dict[str, RecordingResult], data_folder: Path
) -> None:
    stored = {name: analyze(data_folder / "pcg" / "audio" / "circor" / name) for name in native}
    differing, change = disagreements(at_4khz, stored)
    assert len(native) - len(differing) >= AGREEING, differing
    assert change <= LARGEST_CHANGE


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_4_khz_against_audio_rates(
    rate_hz: int, native: dict[str, Samples], at_4khz: dict[str, RecordingResult]
) -> None:
    copies = {name: analyze(at_rate(samples, rate_hz), rate_hz) for name, samples in native.items()}
    differing, change = disagreements(at_4khz, copies)
    assert len(native) - len(differing) >= AGREEING, differing
    assert change <= LARGEST_CHANGE
