"""Finds models/ and calibration/, and lets through only the model that this version of stetho pins.

Looked for in this order: the folder that the caller or STETHO_MODELS / STETHO_CALIBRATION names, what the wheel carries
(`stetho/_artifacts`), the checkout. A named folder is only another place: the pin holds there too.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from stetho.errors import ArtifactError, CalibrationError, ModelError

MANIFEST = "manifest.toml"
NETWORK = "model.int8.onnx"


@dataclass(frozen=True, slots=True)
class Pin:
    """The one version of a model that this version of stetho runs: SHA-256 of its network and of its manifest."""

    version: str
    network_sha256: str
    manifest_sha256: str


# To pin another version: `sha256sum models/murmur/VERSION/{model.int8.onnx,manifest.toml}`, and its line here.
PINNED: Mapping[str, Pin] = MappingProxyType(
    {
        "murmur": Pin(
            "1.0.1",
            network_sha256="867e23309d4e99288c61523466002968e240d6862454130b807fc176ab11415e",
            manifest_sha256="0791ffc3a6ca5120e90d0f39f69387b60fc51e0f9ffa3a1d22f36b81f0fd2274",
        ),
    }
)


def find_model(name: str = "murmur", folder: Path | None = None) -> Path:
    """The folder of the pinned version of model `name`, its network and manifest verified byte by byte.

    folder: a models folder that holds `name/version/`, instead of the one found. Raises ModelError where the model is
    missing, damaged or not the one pinned.
    """
    pin = PINNED.get(name)
    if pin is None:
        raise ModelError(f"This version of stetho has no model called {name!r}; it has {', '.join(sorted(PINNED))}.")
    model = _first_root("models", folder, ModelError) / name / pin.version
    for file, sha256 in ((MANIFEST, pin.manifest_sha256), (NETWORK, pin.network_sha256)):
        _verify(model / file, sha256, f"{name} {pin.version}")
    return model


def find_calibration(folder: Path | None = None) -> Path:
    """The calibration folder. Raises CalibrationError where there is none."""
    return _first_root("calibration", folder, CalibrationError)


def _first_root(kind: str, configured: Path | None, error: type[ArtifactError]) -> Path:
    """The first place that exists; a configured one must exist."""
    variable = f"STETHO_{kind.upper()}"
    named = configured or (Path(os.environ[variable]) if os.environ.get(variable) else None)
    if named is not None:
        if not named.is_dir():
            raise error(f"The {kind} folder {named} does not exist: correct {variable} or unset it.")
        return named
    for place in _places(kind):
        if place.is_dir():
            return place
    raise error(f"This installation has no {kind} folder: install stetho again, or name one in {variable}.")


def _places(kind: str) -> Iterator[Path]:
    package = Path(str(files("stetho")))
    yield package / "_artifacts" / kind
    yield package.parent / kind


def _verify(path: Path, sha256: str, what: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(
            f"The model {what} can't be read at {path} ({error.strerror}): install stetho again."
        ) from None
    if found != sha256:
        raise ModelError(f"The model file {path} is damaged or not the one that stetho pins: install stetho again.")
