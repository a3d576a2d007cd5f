"""The network at work: onnxruntime on one thread, one 5 s window at a time."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stetho.artifacts import ModelFiles, read_model
from stetho.dsp.mel import N_MELS, mel_sha256
from stetho.errors import ModelError
from stetho.inference.interface import INPUT, outputs_of, require_given
from stetho.inference.manifest import Manifest, manifest_of, network_of
from stetho.inference.runtime import load_onnxruntime
from stetho.stream import Samples
from stetho.trust.trusted_by import TrustedBy

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

PRESENT, UNKNOWN, ABSENT = range(3)
SILENT = -23.0
"""About the log-mel of no sound at all (its floor is 1e-10)."""


@dataclass(frozen=True, slots=True)
class NetworkOutput:
    """What the network says of one window.

    murmur: float32 (3,), logits of present, unknown, absent. states: float32 (4, state_frames), logits of S1,
    systole, S2, diastole. embedding_rms: root mean square of the pooled embedding. timing: float32 (2,), log-odds of a
    murmur in systole and in diastole, where the network has such an output.
    """

    murmur: Samples
    states: Samples
    embedding_rms: float
    timing: Samples | None = None


class MurmurModel:
    """A network with its manifest. Safe to use from one thread at a time.

    trusted_by: whose word it is used on; where that isn't ours, every result says so (`applicability`).
    """

    def __init__(self, manifest: Manifest, network: bytes, trusted_by: TrustedBy = TrustedBy.NOBODY) -> None:
        """Raises ModelError when the network is not one, does not fit this version's front end, or gives for silence what
        is no output of such a network.
        """
        if manifest.mel_sha256 != mel_sha256():
            raise ModelError(
                f"The model {manifest.name} {manifest.version} was trained on another mel table than this version of "
                "stetho computes: install a matching pair."
            )
        self.manifest, self.trusted_by = manifest, trusted_by
        self._session = _session(network, manifest)
        self._outputs = outputs_of(self._session, manifest)
        self.score(np.full((N_MELS, manifest.window.frames), SILENT, np.float32))

    @classmethod
    def load(cls, folder: Path) -> "MurmurModel":
        """Reads and opens any whole model, for those who make one. Raises ModelError.

        What the commands use is `stetho.inference.models.chosen_model`, which asks who trusts it first.
        """
        files = read_model(folder)
        return cls.of(files, TrustedBy.STETHO if files.pinned else TrustedBy.NOBODY)

    @classmethod
    def of(cls, files: ModelFiles, trusted_by: TrustedBy) -> "MurmurModel":
        """Opens a model from the bytes that were judged, not from its folder again. Raises ModelError."""
        manifest = manifest_of(files)
        return cls(manifest, network_of(files, manifest), trusted_by)

    def score(self, log_mel: Samples) -> NetworkOutput:
        """Scores one window of raw log-mel, float32 (40, frames).

        Raises ModelError when a number is missing from the input, the network fails, or its output is of another shape or
        not finite: never a number in its place. (Quantization would turn a NaN into one.)
        """
        if not np.isfinite(log_mel).all():
            raise ModelError("The signal of a window holds samples that are no numbers.")
        try:
            outputs = self._session.run(self._outputs, {INPUT: log_mel[None, None]})
        except Exception as error:  # onnxruntime's errors share no base class
            raise ModelError(f"The model failed on a window ({error}).") from error
        require_given(self._outputs, outputs, self.manifest)
        if not all(np.isfinite(output).all() for output in outputs):
            raise ModelError("The model's output on a window is not finite.")
        murmur, states, embedding, *timing = (output[0] for output in outputs)
        return NetworkOutput(murmur, states, float(np.sqrt(np.mean(np.square(embedding)))), *timing)


def _session(network: bytes, manifest: Manifest) -> "InferenceSession":
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    # More threads make onnxruntime spin and slow a network of this size down.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A network may keep weights in files beside it, which its hash doesn't cover: none is found where there is no folder.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
    try:
        return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class
        raise ModelError(f"The model {manifest.name} {manifest.version} is no network that runs here.") from error


def sha256_of(path: Path) -> str:
    """The hash of a file, as manifests and results write it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
