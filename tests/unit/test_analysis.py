"""The door of `analyze`: what is no recording is refused with a sentence."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from hw_sim.play import Recording
from hw_sim.recipe import Recipe
from stetho.age import Age
from stetho.analysis import analyze
from stetho.errors import InputError
from stetho.origin_mark import write_origin
from stetho.stream import Origin

NOISE = np.random.default_rng(1).normal(0, 0.1, 8 * 4000).astype(np.float32)


def test_a_file_says_its_own_rate(tmp_path: Path) -> None:
    path = recorded(tmp_path / "heart.wav", Origin.DEVICE)
    with pytest.raises(InputError, match="leave sample_rate_hz out"):
        analyze(path, 4000)


def test_an_age_that_was_not_validated_is_a_caution_and_a_known_one_is_none() -> None:
    assert "age_unknown" in analyze(NOISE, 4000).applicability
    assert "age_not_validated" in analyze(NOISE, 4000, age=Age(40, 40)).applicability
    child = analyze(NOISE, 4000, age=Age(7, 7)).applicability
    assert not {"age_unknown", "age_not_validated"} & set(child)


def test_one_of_our_recordings_without_its_ledger_says_so(tmp_path: Path) -> None:
    path = recorded(tmp_path / "alone.wav", Origin.DEVICE)
    assert "ledger_missing" in analyze(path).applicability


def test_a_simulated_recording_that_is_played_again_stays_simulated(tmp_path: Path) -> None:
    made, real = (recorded(tmp_path / f"{origin}.wav", origin) for origin in (Origin.SIMULATED, Origin.DEVICE))
    sound = Recording(made)
    assert sound.origin is Origin.SIMULATED
    sound.close()
    assert not Recipe(file=made).programme().replayed
    assert Recipe(file=real).programme().replayed


def recorded(path: Path, origin: Origin) -> Path:
    """A WAV file with the tag that our recorder writes, and nothing beside it."""
    with soundfile.SoundFile(path, "w", 4000, 1, "PCM_16") as file:
        write_origin(origin, file)
        file.write(NOISE)
    return path
