"""The project in docs/examples as a stranger would have it: built, installed beside stetho[test], its tests run."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.packaging.conftest import Environment

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "heart-logger"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy: nothing that a build leaves comes into the checkout."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "heart-logger"))


def test_a_strangers_project_runs_its_tests(stranger: "Environment", project: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", str(project)]
    built = subprocess.run(build, capture_output=True, text=True, timeout=180)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = project.glob("dist/*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(stranger.python), "install", "-q", "--no-index"]
    installed = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, timeout=180)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    done = stranger.run("python", "-m", "pytest", project, "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
