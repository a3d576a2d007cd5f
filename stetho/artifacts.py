"""Finds models/ and calibration/, and knows the one version of each model that this version of stetho ships.

Looked for in this order: the folder that the caller or STETHO_MODELS / STETHO_CALIBRATION names, what the wheel carries
(`stetho/_artifacts`), the checkout. A named folder is only another place: the pin holds there too.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from stetho.errors import ArtifactError, CalibrationError, ModelError

MANIFEST = "manifest.toml"
NETWORK = "model.int8.onnx"
BEATS_NETWORK = "network.npz"
MOST_BYTES = MappingProxyType({MANIFEST: 64_000, NETWORK: 5_000_000, BEATS_NETWORK: 1_000_000})
"""Ten times what any model has: whatever is larger is none, and isn't read."""


@dataclass(frozen=True, slots=True)
class Pin:
    """The one version of a model that this version of stetho ships: SHA-256 of its network and of its manifest."""

    version: str
    network_sha256: str
    manifest_sha256: str
    network: str = NETWORK


# To ship another version: lay it in models/murmur/VERSION and put here what
# `sha256sum models/murmur/VERSION/{model.int8.onnx,manifest.toml}` says. tests/unit/test_artifacts.py prints the entry.
PINNED: Mapping[str, Pin] = MappingProxyType(
    {
        "murmur": Pin(
            "1.2.0",
            network_sha256="56220586d2736f0719976134b98f9268e4895ae39403e9c095c1b11ea4906551",
            manifest_sha256="1867f62b5bea7d8ef4203986417320a66083360fc83c25cc3a47b2fdc88d2e71",
        ),
        "beats": Pin(
            "1.0.0",
            network_sha256="2920ca8577c62ec5b9d50194db13437b2563f9023eb0f4af2b3f3dbea386a1c1",
            manifest_sha256="bad422f24dd4e3258588b613715c2632c3148af249d355e3d147b2709ac27f73",
            network=BEATS_NETWORK,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's files as they were read, once: the bytes that are verified are the bytes that are loaded."""

    folder: Path
    manifest: bytes
    network: bytes

    @property
    def manifest_sha256(self) -> str:
        return hashlib.sha256(self.manifest).hexdigest()

    @property
    def network_sha256(self) -> str:
        return hashlib.sha256(self.network).hexdigest()

    @property
    def pinned(self) -> bool:
        """Whether this is the model that this version of stetho ships, wherever it lies."""
        found = (self.network_sha256, self.manifest_sha256)
        return any(found == (pin.network_sha256, pin.manifest_sha256) for pin in PINNED.values())


def read_model(folder: Path) -> ModelFiles:
    """Reads the model in `folder`; whether it can be trusted is not asked here. Raises ModelError where there is none."""
    try:
        return _read(folder)
    except OSError as error:
        raise ModelError(
            f"There is no model that can be read in {folder} ({error.strerror}): name a folder with a {MANIFEST} and a "
            f"{NETWORK}."
        ) from None


def _read(folder: Path, network_file: str = NETWORK) -> ModelFiles:
    manifest, network = (read_bounded(folder / file, MOST_BYTES[file]) for file in (MANIFEST, network_file))
    return ModelFiles(folder, manifest, network)


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """All of a regular file. Raises OSError, also for a device or a pipe and for a file that is larger."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(most_bytes + 1)
    finally:
        os.close(descriptor)
    if len(content) > most_bytes:
        raise OSError(0, f"more than {most_bytes / 1000:.0f} kB")
    return content


def pinned_model(name: str = "murmur", folder: Path | None = None) -> ModelFiles:
    """The pinned version of model `name`, its network and manifest verified byte by byte.

    folder: a models folder that holds `name/version/`, instead of the one found. Raises ModelError where the model is
    missing, damaged or not the one pinned.
    """
    pin = PINNED.get(name)
    if pin is None:
        raise ModelError(f"This version of stetho has no model called {name!r}; it has {', '.join(sorted(PINNED))}.")
    place = _first_root("models", folder, ModelError) / name / pin.version
    try:
        found = _read(place, pin.network)
    except OSError as error:
        raise ModelError(
            f"The model {name} {pin.version} can't be read at {place} ({error.strerror}): install stetho again."
        ) from None
    for file, sha256, expected in (
        (MANIFEST, found.manifest_sha256, pin.manifest_sha256),
        (pin.network, found.network_sha256, pin.network_sha256),
    ):
        if sha256 != expected:
            raise ModelError(
                f"The model file {place / file} is damaged or not the one that stetho pins: install stetho again."
            )
    return found


def find_model(name: str = "murmur", folder: Path | None = None) -> Path:
    """The folder of the pinned version of model `name`, verified as `pinned_model` does. Raises ModelError."""
    return pinned_model(name, folder).folder


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
