"""Does this machine compute what the model's maker saw? Known windows, scored here by the code that scores everything."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stetho.artifacts import read_bounded
from stetho.dsp.mel import N_MELS, RATE_HZ, log_mel
from stetho.errors import ModelError
from stetho.inference.interface import TIMING_OUTPUT
from stetho.inference.manifest import Manifest
from stetho.inference.session import MurmurModel, NetworkOutput
from stetho.inference.verdict import present_log_odds, unknown_log_odds
from stetho.stream import Samples

FILE = "golden.npz"
ALLOWED_DEVIATION = 0.005
"""The contract's "Run again": elsewhere, probabilities differ by at most this."""
MOST_BYTES = 5_000_000
MOST_UNPACKED_BYTES = 50_000_000
FAINTEST = 1e-3
"""Full scale from the lowest to the highest sample of a sound: with less, it is silence, of which any front end makes the same."""
_Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GoldenRun:
    """windows: how many were scored. deviation: the largest in any probability, and in `output`.

    The embedding counts as a share of the limit that it is compared with.
    """

    windows: int
    deviation: float
    output: str

    @property
    def reproduced(self) -> bool:
        return self.deviation <= ALLOWED_DEVIATION


@dataclass(frozen=True, slots=True)
class Golden:
    """What `golden.npz` holds: N windows, what the network said of each, and the sound (2 kHz) of the first of them."""

    log_mel: Samples
    samples: Samples
    said: tuple[NetworkOutput, ...]


def run_golden(model: MurmurModel, folder: Path) -> GoldenRun:
    """Scores every golden window, and once more those whose sound is known, from the sound on. Raises ModelError."""
    golden = read_golden(folder, model.manifest)
    windows = [(golden.log_mel[index], said) for index, said in enumerate(golden.said)]
    windows += [(log_mel(sound), said) for sound, said in zip(golden.samples, golden.said, strict=False)]
    deviations: dict[str, float] = {}
    for window, said in windows:
        for output, deviation in _deviations(model.score(window), said, model.manifest).items():
            deviations[output] = max(deviations.get(output, 0.0), deviation)
    worst = max(deviations, key=deviations.__getitem__)
    return GoldenRun(len(golden.said), deviations[worst], worst)


def _deviations(found: NetworkOutput, said: NetworkOutput, manifest: Manifest) -> dict[str, float]:
    ours, theirs = _probabilities(found, manifest), _probabilities(said, manifest)
    if ours.keys() != theirs.keys():
        raise ModelError(f"The model's {FILE} is of another network: it has other outputs.")
    return {output: float(np.abs(ours[output] - theirs[output]).max()) for output in ours}


def _probabilities(output: NetworkOutput, manifest: Manifest) -> Mapping[str, _Float]:
    """All that is decided by, as probabilities: calibrated as in results, and not, so that no flat curve hides a thing."""
    found = {
        "present": _sigmoid(manifest.present(present_log_odds(output.murmur))),
        "unknown": _sigmoid(manifest.unknown(unknown_log_odds(output.murmur))),
        "murmur": _softmax(output.murmur),
        "states": _softmax(output.states),
        "embedding": np.asarray(output.embedding_rms / max(manifest.embedding_limit, 1e-9)),
    }
    if output.timing is not None:
        found["timing"] = _sigmoid(output.timing)
    return found


def _sigmoid(log_odds: npt.ArrayLike) -> _Float:
    return 1.0 / (1.0 + np.exp(-np.clip(np.asarray(log_odds, np.float64), -60.0, 60.0)))


def _softmax(logits: Samples) -> _Float:
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=0))
    return shifted / shifted.sum(axis=0)


def read_golden(folder: Path, manifest: Manifest) -> Golden:
    """Reads `golden.npz`, as strictly as anything from outside. Raises ModelError."""
    arrays = _arrays(folder)
    windowing = manifest.window
    n, heard = (arrays[name].shape[0] if name in arrays and arrays[name].ndim else 0 for name in ("murmur", "samples"))
    shapes = {
        "logmel": (n, 1, N_MELS, windowing.frames),
        "murmur": (n, 3),
        "states": (n, 4, windowing.state_frames),
        "embedding": (n, *arrays.get("embedding", np.zeros(0)).shape[1:2]),
        "samples": (min(n, heard), RATE_HZ * windowing.length_s),
        TIMING_OUTPUT: (n, 2),
    }
    for name, shape in shapes.items():
        found = arrays.get(name)
        if found is None and name == TIMING_OUTPUT:
            continue
        fits = found is not None and found.size > 0 and found.shape == shape and found.dtype == np.float32
        if found is None or not fits or not np.isfinite(found).all():
            raise ModelError(f"The model's {folder / FILE} has no valid {name}: make it again.")
    if not any(np.ptp(sound) >= FAINTEST for sound in arrays["samples"]):
        raise ModelError(f"The model's {folder / FILE} holds no sound but silence, which shows nothing: make it again.")
    said = tuple(_output(arrays, index) for index in range(n))
    return Golden(arrays["logmel"][:, 0], arrays["samples"], said)


def _output(arrays: Mapping[str, Samples], index: int) -> NetworkOutput:
    timing = arrays.get(TIMING_OUTPUT)
    return NetworkOutput(
        arrays["murmur"][index],
        arrays["states"][index],
        float(np.sqrt(np.mean(np.square(arrays["embedding"][index])))),
        None if timing is None else timing[index],
    )


def _arrays(folder: Path) -> Mapping[str, Samples]:
    path = folder / FILE
    try:
        content = read_bounded(path, MOST_BYTES)
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
                raise ModelError(f"The model's {path} unpacks to more than any golden windows: make it again.")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: np.asarray(arrays[name]) for name in arrays.files[:20]}
    except FileNotFoundError:
        raise ModelError(
            f"The model has no {path}, so what it computes here can't be compared: models/recipes/golden.py makes one."
        ) from None
    except ModelError:
        raise
    except Exception as error:  # noqa: BLE001 - a packed file from outside fails in a dozen ways
        raise ModelError(f"The model's {path} can't be read ({error}): make it again.") from None
