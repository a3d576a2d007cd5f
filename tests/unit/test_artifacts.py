"""Where artefacts are found, and which are let through."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from stetho import artifacts
from stetho.artifacts import (
    MANIFEST,
    NETWORK,
    PINNED,
    ModelFiles,
    Pin,
    find_calibration,
    find_model,
    pinned_model,
    read_bounded,
)
from stetho.errors import CalibrationError, ModelError

REPOSITORY = Path(__file__).resolve().parents[2]


def lay_model(models: Path, network: bytes = b"network", manifest: bytes = b"manifest") -> Path:
    """Writes a model as it lies on disk: models/tiny/1.2.3/."""
    folder = models / "tiny" / "1.2.3"
    folder.mkdir(parents=True)
    (folder / NETWORK).write_bytes(network)
    (folder / MANIFEST).write_bytes(manifest)
    return folder


@pytest.fixture(autouse=True)
def tiny_is_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    pin = Pin("1.2.3", hashlib.sha256(b"network").hexdigest(), hashlib.sha256(b"manifest").hexdigest())
    monkeypatch.setattr(artifacts, "PINNED", {"tiny": pin})


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder of stetho that is empty yet, in a checkout that is empty yet."""
    folder = tmp_path / "checkout" / "stetho"
    folder.mkdir(parents=True)
    monkeypatch.setattr(artifacts, "files", lambda name: folder)
    return folder


def test_the_argument_names_the_folder(tmp_path: Path) -> None:
    mine = lay_model(tmp_path)
    assert find_model("tiny", tmp_path) == mine


def test_the_environment_names_the_folder(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_model(package / "_artifacts" / "models")
    monkeypatch.setenv("STETHO_MODELS", str(tmp_path / "mine"))
    mine = lay_model(tmp_path / "mine")
    assert find_model("tiny") == mine


def test_the_wheel_carries_it(package: Path) -> None:
    lay_model(package.parent / "models")
    packaged = lay_model(package / "_artifacts" / "models")
    assert find_model("tiny") == packaged


def test_the_checkout_has_it(package: Path) -> None:
    in_checkout = lay_model(package.parent / "models")
    assert find_model("tiny") == in_checkout


def test_a_named_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist: correct STETHO_MODELS or unset it"):
        find_model("tiny", tmp_path / "gone")


def test_an_installation_without_models_is_said(package: Path) -> None:
    with pytest.raises(ModelError, match="no models folder: install stetho again"):
        find_model("tiny")
    with pytest.raises(CalibrationError, match="no calibration folder"):
        find_calibration()


def test_the_version_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"tiny 1\.2\.3 can't be read"):
        find_model("tiny", tmp_path)


@pytest.mark.parametrize(("network", "manifest"), [(b"netwerk", b"manifest"), (b"network", b"manifest "), (b"", b"")])
def test_a_damaged_or_swapped_model_is_refused(tmp_path: Path, network: bytes, manifest: bytes) -> None:
    lay_model(tmp_path, network, manifest)
    with pytest.raises(ModelError, match="damaged or not the one that stetho pins") as refusal:
        find_model("tiny", tmp_path)
    assert refusal.value.exit_code == 7
    assert str(refusal.value).count("\n") == 0


def test_a_name_that_nobody_pins_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model called 'other'; it has tiny"):
        find_model("other", tmp_path)


@pytest.mark.parametrize(("name", "pin"), PINNED.items(), ids=list(PINNED))
def test_the_pin_is_of_the_model_in_the_checkout(name: str, pin: Pin) -> None:
    folder = REPOSITORY / "models" / name / pin.version
    network, manifest = (hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in (pin.network, MANIFEST))
    entry = f'"{name}": Pin("{pin.version}", network_sha256="{network}", manifest_sha256="{manifest}")'
    assert pin == Pin(pin.version, network, manifest, pin.network), f"stetho/artifacts.py should say {entry}"


@pytest.mark.parametrize(("name", "pin"), PINNED.items(), ids=list(PINNED))
def test_the_pinned_model_calls_itself_so(name: str, pin: Pin) -> None:
    manifest = tomllib.loads((REPOSITORY / "models" / name / pin.version / MANIFEST).read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["version"]) == (name, pin.version)


def test_what_was_read_is_pinned_by_its_bytes_alone(tmp_path: Path) -> None:
    assert pinned_model("tiny", lay_model(tmp_path).parents[1]).pinned
    assert ModelFiles(Path("anywhere"), b"manifest", b"network").pinned
    assert not ModelFiles(tmp_path, b"network", b"manifest").pinned
    assert not ModelFiles(tmp_path, b"manifest", b"networ").pinned


def test_a_file_is_read_up_to_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(OSError, match="more than 0 kB"):
        read_bounded(path, 4)
    with pytest.raises(OSError, match=r"not a file|denied"):
        read_bounded(tmp_path, 4)


def test_the_checkouts_calibration_is_found() -> None:
    assert (find_calibration() / "README.md").is_file()
