"""The product keeps to itself: it writes where it says it does, and no library reports home behind its back."""

import os
import subprocess
import sys
from pathlib import Path

HOME_ALLOWED = ("stetho", "numba")
"""Folders of the user's that may be written: our own, and compiled kernels where the installation can't be written."""


def run_as_a_new_user(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line with an empty home folder and none of the test session's own folders."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "ORT_"))}
    return subprocess.run(
        [sys.executable, "-m", "stetho", *arguments],
        env={**variables, "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=home,
    )


def test_nothing_is_left_in_a_new_users_home(tmp_path: Path) -> None:
    done = run_as_a_new_user(tmp_path, "live", "sim://murmur?seconds=7&speed=0", "--json")
    assert done.returncode == 0, done.stderr
    assert '"verdict"' in done.stdout, "no model ran: this proves nothing"
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if not set(HOME_ALLOWED) & set(path.parts)] == []


def test_only_one_place_loads_the_runtime() -> None:
    repository = Path(__file__).resolve().parents[2]
    sources = [
        path for package in ("stetho", "firmware_bridge", "hw_sim") for path in (repository / package).rglob("*.py")
    ]
    loading = [path.name for path in sources if "    import onnxruntime" in path.read_text(encoding="utf-8")]
    assert loading == ["runtime.py"]
