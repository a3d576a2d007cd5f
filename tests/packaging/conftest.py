"""The wheel, built from the source distribution and installed where nothing of the checkout can be seen."""

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Environment:
    """An environment of its own, in a folder outside the checkout."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(self, *command: str | Path, timeout_s: float = 180) -> subprocess.CompletedProcess[str]:
        """Runs a program of the environment in an empty folder; no variable leads back to the checkout."""
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "STETHO_"))}
        program, *arguments = command
        return subprocess.run(
            [self.folder / "bin" / program, *arguments],
            cwd=work,
            env=variables,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    build: list[str | Path] = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, REPOSITORY]
    done = subprocess.run(build, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def core(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel and exactly what it requires without any extra; nothing is fetched."""
    return _environment(tmp_path_factory.mktemp("core"), wheel, "")


@pytest.fixture(scope="session")
def stranger(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """What `pip install 'stetho[test]'` brings, in an empty environment; nothing is fetched."""
    return _environment(tmp_path_factory.mktemp("stranger"), wheel, "test")


def _environment(folder: Path, wheel: Path, extra: str) -> Environment:
    environment = Environment(folder)
    venv.create(environment.folder, with_pip=False)
    (site_packages,) = environment.folder.glob("lib/python*/site-packages")
    install(environment, wheel)
    (installed,) = site_packages.glob("stetho-*.dist-info")
    for name in sorted(_required(Distribution.at(installed), {}, extra)):
        _copy(distribution(name), site_packages)
    _pip(environment, "check")
    return environment


def install(environment: Environment, wheel: Path) -> None:
    """A wheel and nothing else."""
    _pip(environment, "install", "--no-index", "--no-deps", wheel)


def _pip(environment: Environment, *arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--python", environment.python, "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr


def _required(found: Distribution, seen: dict[str, Distribution], extra: str = "") -> dict[str, Distribution]:
    """Whatever `found` requires with that extra, and whatever that requires."""
    for line in found.requires or ():
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        if name in seen or (requirement.marker is not None and not requirement.marker.evaluate({"extra": extra})):
            continue
        seen[name] = distribution(name)
        _required(seen[name], seen)
    return seen


def _copy(found: Distribution, site_packages: Path) -> None:
    """Links an installed distribution's files into another environment, as an installer would lay them."""
    for file in found.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue  # scripts, and what Python makes itself
        target = site_packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(Path(str(found.locate_file(file))), target)


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # another file system
        target.write_bytes(source.read_bytes())
