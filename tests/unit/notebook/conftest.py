"""One heart with a murmur and one recording without any heart, each analysed once."""

from pathlib import Path

import numpy as np
import pytest

import stetho
from hw_sim.recipe import Recipe
from hw_sim.truth import Truth
from stetho.records.sound_writer import SoundWriter
from stetho.stream import Origin, StreamSpec

RATE_HZ = 4000


@pytest.fixture(scope="session")
def murmur_wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine seconds of a simulated heart, in a file that says so."""
    path = tmp_path_factory.mktemp("hearts") / "murmur.wav"
    samples = Truth(Recipe("murmur", seed=7)).samples(9)
    writer = SoundWriter(path, StreamSpec(RATE_HZ, Origin.SIMULATED), "WAV")
    writer.write(samples[:, None])
    writer.seal()
    return path


@pytest.fixture(scope="session")
def murmur(murmur_wav: Path) -> stetho.RecordingAnalysis:
    return stetho.analyze(murmur_wav)


@pytest.fixture(scope="session")
def clear() -> stetho.RecordingAnalysis:
    samples = Truth(Recipe("clear", seed=3)).samples(9)
    return stetho.analyze(samples, RATE_HZ, origin="simulated")


@pytest.fixture(scope="session")
def silence() -> stetho.RecordingAnalysis:
    return stetho.analyze(np.zeros(8 * RATE_HZ, np.float32), RATE_HZ)
