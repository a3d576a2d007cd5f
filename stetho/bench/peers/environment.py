"""An environment of its own for a library that we never depend on: made when it is asked for, kept under .cache."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stetho.errors import ConfigError

_CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Environment:
    """name: of its folder. requirements: what pip is given, pinned. script: what is run in it, beside this file."""

    name: str
    requirements: tuple[str, ...]
    script: str

    @property
    def folder(self) -> Path:
        """In a checkout its .cache, else the user's."""
        if (_CHECKOUT / "pyproject.toml").is_file():
            return _CHECKOUT / ".cache" / "peers" / self.name
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stetho" / "peers" / self.name

    @property
    def ready(self) -> bool:
        """Whether all of it is there."""
        return self._mark.is_file() and self._mark.read_text(encoding="utf-8") == self._wanted

    @property
    def _mark(self) -> Path:
        return self.folder / "stetho-ready"

    @property
    def _wanted(self) -> str:
        return "\n".join(self.requirements)

    def make(self) -> None:
        """Downloads and installs it: a few hundred megabytes, some minutes. Raises ConfigError where that fails."""
        if self.ready:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        for command in (
            [sys.executable, "-m", "venv", str(self.folder)],
            [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *self.requirements],
        ):
            done = subprocess.run(command, stdout=sys.stderr, check=False)  # noqa: S603  # fixed words and pinned names
            if done.returncode:
                raise ConfigError(f"not measured: {self.name} could not be installed (exit code {done.returncode})")
        self._mark.write_text(self._wanted, encoding="utf-8")

    @property
    def python(self) -> Path:
        """Its interpreter. Raises ConfigError where there is none that is whole."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def require(self) -> None:
        """Raises ConfigError where it is not there: nothing downloads it unasked."""
        if not self.ready:
            raise ConfigError(
                f"not measured: {self.name} needs an environment of its own, which `stetho bench --peers` downloads"
            )
