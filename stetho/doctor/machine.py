"""Python, processor, disk and caches."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from stetho.config import config_file, data_folder, load_config
from stetho.doctor.finding import Finding
from stetho.errors import ConfigError

OLDEST_PYTHON = (3, 11)
LEAST_FREE_MB = 500  # ten hours of 16-bit audio at 4 kHz are 288 MB

# An optional part: what it is for, the modules that it needs, the extra that brings them.
_EXTRAS = (("lab", "peers in `stetho bench`", ("scipy", "librosa")),)


def machine() -> Iterator[Finding]:
    yield _stetho()
    yield _python()
    yield _platform()
    yield _settings()
    yield _kernel_cache()
    yield _disk()
    yield from _extras()


def _stetho() -> Finding:
    parts = ", ".join(f"{name} {version(name)}" for name in ("stetho", "numpy", "numba", "onnxruntime", "soundfile"))
    return Finding("stetho", True, parts)


def _python() -> Finding:
    ok = sys.version_info[:2] >= OLDEST_PYTHON
    return Finding(
        "python", ok, platform.python_version(), None if ok else "Install Python 3.11 or later, and stetho in it."
    )


def _platform() -> Finding:
    verified = sys.platform == "linux"
    advice = (
        None if verified else "stetho is not broken by design here, and nobody has verified it: tell us how it goes."
    )
    return Finding("platform", True, f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors", advice)


def _settings() -> Finding:
    try:
        load_config()
    except ConfigError as error:
        return Finding("settings", False, str(error), "Mend or remove that setting.")
    path = config_file()
    return Finding("settings", True, f"{path} was read" if path.is_file() else f"none in {path}, which is fine")


def _kernel_cache() -> Finding:
    """Numba keeps compiled kernels beside the package, or in the user's cache where that can't be written to."""
    package = Path(__file__).parents[1] / "dsp" / "__pycache__"
    own = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(own)] if own else [package, _user_cache()]
    if any(_can_write(place) for place in places):
        return Finding("kernel_cache", True, "compiled kernels are kept")
    return Finding(
        "kernel_cache",
        False,
        "compiled kernels can't be kept, so that each start takes seconds",
        "Name a folder that can be written to in NUMBA_CACHE_DIR.",
    )


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _can_write(folder: Path) -> bool:
    """Tries it: permissions alone don't tell of a read-only file system."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _disk() -> Finding:
    folder = data_folder()
    while not folder.exists():
        folder = folder.parent
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    ok = free_mb >= LEAST_FREE_MB
    return Finding("disk", ok, f"{free_mb:,} MB are free", None if ok else "Free some space before you record.")


def _extras() -> Iterator[Finding]:
    for extra, purpose, modules in _EXTRAS:
        missing = [module for module in modules if find_spec(module) is None]
        if missing:
            advice = f"Only if you need it: pip install 'stetho[{extra}]'."
            yield Finding(f"extra_{extra}", True, f"not installed ({purpose})", advice)
        else:
            yield Finding(f"extra_{extra}", True, f"installed ({purpose})")
