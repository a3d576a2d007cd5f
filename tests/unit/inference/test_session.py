"""A network is opened from its own bytes alone."""

from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stetho.artifacts import find_model, read_model
from stetho.errors import ModelError
from stetho.inference.manifest import manifest_of
from stetho.inference.session import MurmurModel

# A MatMul whose weights lie in a file called w.bin: made with onnx, TensorProto.EXTERNAL.
WEIGHTS_ELSEWHERE = b64decode(
    "CAg6bgoWCgF4CgF3EgZtdXJtdXIiBk1hdE11bBIBZyosCAQIBBABQgF3ahEKCGxvY2F0aW9uEgV3LmJpbmoMCgZsZW5ndGgSAjY0cAFaEwoBeBIOCgwI"
    "ARIICgIIAQoCCARiDgoGbXVybXVyEgQKAggBQgQKABAR"
)


def test_weights_outside_of_what_was_hashed_are_not_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w.bin").write_bytes(np.ones((4, 4), np.float32).tobytes())
    monkeypatch.chdir(tmp_path)  # where onnxruntime would look, and find it
    with pytest.raises(ModelError, match="is no network that runs here"):
        MurmurModel(manifest_of(read_model(find_model())), WEIGHTS_ELSEWHERE)


@pytest.mark.parametrize("network", [b"", b"network", b"\x08\x08", WEIGHTS_ELSEWHERE[:-20]])
def test_bytes_that_are_no_network_are_refused(network: bytes) -> None:
    with pytest.raises(ModelError, match="is no network that runs here"):
        MurmurModel(manifest_of(read_model(find_model())), network)


def test_another_mel_table_is_refused() -> None:
    files = read_model(find_model())
    other = replace(manifest_of(files), mel_sha256="0" * 64)
    with pytest.raises(ModelError, match="was trained on another mel table"):
        MurmurModel(other, files.network)
