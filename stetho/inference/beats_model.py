"""The model that finds S1 and S2 while they are heard: its weights and durations, read from the files that are pinned."""

import io
import tomllib
import zipfile
from functools import cache
from typing import Any

import numpy as np

from stetho.artifacts import BEATS_NETWORK, MANIFEST, ModelFiles, pinned_model
from stetho.dsp.mel import mel_sha256
from stetho.errors import ModelError
from stetho.heart.durations import Durations, StateDuration
from stetho.heart.online.network import Weights
from stetho.heart.online.tracker import BeatsModel

MOST_UNPACKED_BYTES = 4_000_000
ARRAYS = ("first", "first_bias", "blocks", "block_bias", "last", "last_bias")


@cache
def shipped_beats_model() -> BeatsModel:
    """The beats model whose hash this version of stetho pins. Raises ModelError for any other."""
    return beats_model_of(pinned_model("beats"))


def beats_model_of(files: ModelFiles) -> BeatsModel:
    """Opens a beats model from the bytes that were judged. Raises ModelError for what is none, or fits another front end."""
    try:
        manifest = tomllib.loads(files.manifest.decode())
        if manifest["front_end"]["mel_sha256"] != mel_sha256():
            raise ModelError("The beats model was trained on another mel table than this version of stetho computes.")
        network = manifest["network"]
        weights = Weights(
            **_arrays(files.network), dilations=tuple(network["dilations"]), look_ahead=network["look_ahead_frames"]
        )
        durations = Durations(
            *(StateDuration(**manifest["durations"][state]) for state in ("S1", "systole", "S2", "diastole"))
        )
        return BeatsModel(weights, durations, str(manifest["version"]))
    except (KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"The beats model's {files.folder / MANIFEST} or {BEATS_NETWORK} can't be used ({error}): install it again."
        ) from error


def _arrays(network: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """Weights are kept in 16 bits and used in 32."""
    with zipfile.ZipFile(io.BytesIO(network)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
            raise ValueError("it unpacks to more than any network of beats")
    with np.load(io.BytesIO(network), allow_pickle=False) as arrays:
        return {name: np.ascontiguousarray(arrays[name], np.float32) for name in ARRAYS}
