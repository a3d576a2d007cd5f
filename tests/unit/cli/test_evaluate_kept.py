"""Kept results are used again only where all that they say would come out again."""

from pathlib import Path

import numpy as np
import soundfile

from stetho.analysis import RecordingResult
from stetho.artifacts import find_model, read_model
from stetho.cli.analysis_run import Item
from stetho.cli.evaluate_kept import KeptResults
from stetho.inference.session import MurmurModel
from stetho.trust.trusted_by import TrustedBy


def test_what_a_model_said_on_another_s_word_is_made_anew(tmp_path: Path) -> None:
    """The same bytes, first approved by a site, then by nobody: each result says so (`applicability`)."""
    sound = tmp_path / "a.wav"
    soundfile.write(sound, np.random.default_rng(7).standard_normal(8 * 2000) * 0.05, 2000, subtype="PCM_16")
    files, item = read_model(find_model()), Item(sound, "a.wav")
    for trusted_by, reused in ((TrustedBy.SITE, 0), (TrustedBy.NOBODY, 0), (TrustedBy.SITE, 1), (TrustedBy.NOBODY, 1)):
        kept = KeptResults(tmp_path / "kept", MurmurModel.of(files, trusted_by))
        result = kept(item).result
        assert isinstance(result, RecordingResult)
        assert result.applicability[0] == trusted_by.codes[0]
        assert kept.reused == reused
