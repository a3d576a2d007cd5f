"""The first start after an installation compiles, and says so; the second does neither."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "arguments",
    [("live", "sim://murmur?seconds=6&speed=0"), ("demo", "--headless", "--seconds", "18", "--speed", "20")],
)
def test_preparing_is_said_once_in_a_lifetime(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    def said() -> str:
        done = subprocess.run(
            [sys.executable, "-m", "stetho", *arguments],
            capture_output=True,
            text=True,
            timeout=240,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert said().count("Preparing, once") == 1
    assert "Preparing" not in said()
