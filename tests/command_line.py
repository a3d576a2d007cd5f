"""The command line as a program meets it: run here, or in a process of its own, which takes longer to start."""

import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stetho.cli import main

Said = subprocess.CompletedProcess[str]

BOTH_WAYS = ["here", pytest.param("process", marks=pytest.mark.slow)]
"""For a fixture of which `make check` sees the quick half and `make test` both."""


def said_here(folder: Path, *arguments: object, **variables: str) -> Said:
    """Runs `stetho` in this process, in a folder and with more environment variables."""
    command = ["stetho", *map(str, arguments)]
    out, err = io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", command)
        for name, stream in (("stdout", out), ("stderr", err)):
            patch.setattr(sys, name, io.TextIOWrapper(stream, encoding="utf-8", write_through=True))
        patch.setattr(logging.getLogger(), "handlers", [])
        patch.chdir(folder)
        for name, value in variables.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        code = int(ended.value.code or 0)
        return subprocess.CompletedProcess(command, code, out.getvalue().decode(), err.getvalue().decode())


def said_by_a_process(folder: Path, *arguments: object, **variables: str) -> Said:
    """The same as a process; waits two minutes at most."""
    return subprocess.run(
        [sys.executable, "-m", "stetho", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
