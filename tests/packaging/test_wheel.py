"""What the wheel and the source distribution hold."""

import tarfile
import zipfile
from pathlib import Path

import pytest

from stetho.artifacts import PINNED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_three_packages_and_nothing_else(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"stetho", "firmware_bridge", "hw_sim"}


def test_the_pinned_models_enter_and_their_recipes_do_not(names: set[str]) -> None:
    for name, pin in PINNED.items():
        folder = f"stetho/_artifacts/models/{name}/{pin.version}"
        assert {f"{folder}/{pin.network}", f"{folder}/manifest.toml"} <= names
        versions = {path.split("/")[4] for path in names if path.startswith(f"{folder.rpartition('/')[0]}/")}
        assert versions - {"README.md"} == {pin.version}, "a version that nobody runs would ship"
    assert not [name for name in names if "recipes" in name]
    assert any(name.startswith("stetho/_artifacts/calibration/") for name in names)


def test_types_and_licence_enter(names: set[str]) -> None:
    assert {f"{package}/py.typed" for package in ("stetho", "firmware_bridge", "hw_sim")} <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_devices_half_enters(names: set[str]) -> None:
    assert {"firmware_bridge/device/stetho_link.h", "firmware_bridge/device/stetho_link.c"} <= names
    assert "hw_sim/c_core/sim_link.c" in names


def test_no_recording_and_no_cache_enters(names: set[str]) -> None:
    assert not [name for name in names if name.endswith((".wav", ".flac", ".pyc", ".nbi", ".nbc"))]


def test_the_source_distribution_can_be_developed_from(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert {"Makefile", "requirements.lock", "LICENSE", "tests/conftest.py", "tests/allowed_skips"} <= names
    assert not [name for name in names if name.startswith((".venv", "shared"))]
