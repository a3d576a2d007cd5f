"""The model that hears S1 and S2: what ships is what was trained, and anything else is refused."""

from dataclasses import replace

import numpy as np
import pytest

from stetho.artifacts import pinned_model
from stetho.dsp.mel import log_mel
from stetho.errors import ModelError
from stetho.heart.online.network import CausalStates
from stetho.inference.beats_model import beats_model_of, shipped_beats_model


def test_it_computes_here_what_its_maker_saw() -> None:
    files = pinned_model("beats")
    with np.load(files.folder / "golden.npz", allow_pickle=False) as golden:
        said = CausalStates(shipped_beats_model().weights).process(log_mel(golden["samples"]))
        np.testing.assert_allclose(said, golden["logits"], atol=1e-3)


def test_it_is_small() -> None:
    assert len(pinned_model("beats").network) <= 100_000


@pytest.mark.parametrize(
    "change",
    [
        {"network": b"PK"},
        {"network": b""},
        {"manifest": b"schema = 1\n"},
        {"manifest": b"\xff"},
    ],
)
def test_what_is_no_model_is_refused(change: dict[str, bytes]) -> None:
    with pytest.raises(ModelError, match="install it again"):
        beats_model_of(replace(pinned_model("beats"), **change))


def test_another_front_end_is_refused() -> None:
    files = pinned_model("beats")
    manifest = files.manifest.replace(b'mel_sha256 = "d', b'mel_sha256 = "e')
    with pytest.raises(ModelError, match="another mel table"):
        beats_model_of(replace(files, manifest=manifest))


def test_weights_that_do_not_fit_are_refused() -> None:
    files = pinned_model("beats")
    manifest = files.manifest.replace(b"dilations = [1, 2, 4, 8, 16, 32]", b"dilations = [1, 2]")
    with pytest.raises(ModelError, match="blocks must be"):
        beats_model_of(replace(files, manifest=manifest))
