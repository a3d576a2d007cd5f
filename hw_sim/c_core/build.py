"""Compiles the C sources, once for each content of them, into the user's cache folder."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from firmware_bridge.device import FOLDER, SOURCES
from stetho.errors import ConfigError

SHIM = Path(__file__).with_name("sim_link.c")
_FLAGS = ("-std=c99", "-O2", "-Wall", "-Wextra", "-pedantic", "-shared", "-fPIC")
_NO_COMPILER = (
    "The core in C needs a C compiler, and there is none here: install gcc or clang, or leave `--core c` out."
)


def built_library() -> Path:
    """The shared library; compiled, if that was not done before. Raises ConfigError where that can't be done."""
    compiler = _compiler()
    path = _cache_folder() / f"link-{_digest(compiler)}.so"
    if not path.is_file():
        try:
            _compile(compiler, path)
        except OSError as error:
            raise ConfigError(f"The core in C can't be kept in {path.parent} ({error.strerror}).") from None
    return path


def _compiler() -> str:
    """The one that CC names, or the first that is there."""
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        if name and (found := shutil.which(name)) is not None:
            return found
    raise ConfigError(_NO_COMPILER)


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stetho"


def _digest(compiler: str) -> str:
    parts = [compiler.encode(), *(path.read_bytes() for path in (*SOURCES, *sorted(FOLDER.glob("*.h")), SHIM))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _compile(compiler: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        command = [compiler, *_FLAGS, "-I", str(FOLDER), *map(str, SOURCES), str(SHIM), "-o", str(made)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the user's compiler
        if done.returncode != 0:
            first = (done.stderr.strip().splitlines() or ["it says nothing"])[0]
            raise ConfigError(f"{compiler} does not compile the core in C: {first}")
        made.replace(path)  # two that compile at once both leave a whole one
