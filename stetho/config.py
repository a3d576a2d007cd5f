"""Settings: a TOML file, then the environment, then flags, read once into one frozen record."""

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from stetho.errors import ConfigError

PREFIX = "STETHO_"
DEFAULT_RECONNECT_S = 20.0
PUBLIC_KEY = r"ed25519:[0-9a-f]{64}"
"""How a public key is written."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word counts on this machine. model_keys: public keys whose owners may approve a murmur model."""

    model_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """What a user can set, in `config.toml` or as STETHO_MODELS, STETHO_MODEL, STETHO_DEVICE, STETHO_RECONNECT_S.

    models: where models lie, in place of those that came with stetho. model: the folder of a model of the site's own, in
    place of the one that ships. device: the address that is taken when none is given. reconnect_s: for how long a lost
    device is looked for. trust: the table [trust]; in the file alone, so that no variable of a session can widen it.
    """

    models: Path | None = None
    model: Path | None = None
    device: str | None = None
    reconnect_s: float = DEFAULT_RECONNECT_S
    trust: Trust = Trust()

    def with_flags(
        self, *, device: str | None = None, reconnect_s: float | None = None, model: Path | None = None
    ) -> "Config":
        """What was typed wins over what was set."""
        return replace(
            self,
            model=self.model if model is None else model,
            device=self.device if device is None else device,
            reconnect_s=self.reconnect_s if reconnect_s is None else reconnect_seconds("--reconnect-s", reconnect_s),
        )


def load_config(environment: Mapping[str, str] = os.environ) -> Config:
    """The settings of this user. Raises ConfigError for a setting that is unknown or of the wrong kind."""
    settings = _from_file(config_file(environment))
    for name in {field.name for field in fields(Config)} - {"trust"}:
        typed = environment.get(PREFIX + name.upper())
        if typed:
            settings[name] = (PREFIX + name.upper(), typed)
    return Config(**{name: _valid(name, where, value) for name, (where, value) in settings.items()})


def config_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where this user's settings stand; may not exist."""
    return Path(environment.get(f"{PREFIX}CONFIG") or config_folder(environment) / "config.toml")


def _from_file(path: Path) -> dict[str, tuple[str, Any]]:
    """Each setting of the file with the words for where it stands."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        quotes = ": text stands in quotes" if _is_bare_text(path, error) else ""
        raise ConfigError(f"The settings {path} can't be read ({error}{quotes}); mend or remove that file.") from error
    known = {field.name for field in fields(Config)}
    for name in content:
        if name not in known:
            raise ConfigError(f"{path} sets {name!r}, which is no setting; known are {', '.join(sorted(known))}.")
    return {name: (f"{name} in {path}", value) for name, value in content.items()}


def _is_bare_text(path: Path, error: Exception) -> bool:
    """Whether TOML was given a word, a path or an address without quotes, as other forms of settings allow it."""
    place = re.fullmatch(r"Invalid value \(at line (\d+), column (\d+)\)", str(error))
    if place is None:
        return False
    line, column = map(int, place.groups())
    value = path.read_text(encoding="utf-8").split("\n")[line - 1][column - 1 :]
    return re.match(r"[^\W\d_]|[/~.\\]", value) is not None


def _valid(name: str, where: str, value: Any) -> Any:
    if name == "reconnect_s":
        return reconnect_seconds(where, value)
    if name == "trust":
        return _trust(where, value)
    if not isinstance(value, str):
        raise ConfigError(f"{where} must be text, not {value!r}.")
    return Path(value).expanduser() if name in {"models", "model"} else value


def _trust(where: str, value: Any) -> Trust:
    keys = value.get("model_keys", []) if isinstance(value, dict) and value.keys() <= {"model_keys"} else None
    if not isinstance(keys, list) or not all(isinstance(key, str) and re.fullmatch(PUBLIC_KEY, key) for key in keys):
        raise ConfigError(
            f"{where} must be a table with model_keys alone, a list of public keys: `ed25519:` and 64 hexadecimal digits, "
            "as `stetho model keygen` says them."
        )
    return Trust(tuple(keys))


def reconnect_seconds(where: str, value: Any) -> float:
    """The one bound of `reconnect_s`, of a setting, a flag or an address. Raises ConfigError, which names `where`."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ConfigError(f"{where} must be a number of seconds from 0 to 3600, not {value!r}.")
    return seconds


def config_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where this user's settings lie; may not exist yet."""
    return _user_folder(environment, "XDG_CONFIG_HOME", ".config")


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where stetho keeps its own files for this user; may not exist yet."""
    return _user_folder(environment, "XDG_DATA_HOME", ".local/share")


def _user_folder(environment: Mapping[str, str], xdg: str, fallback: str) -> Path:
    home = Path.home()
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(environment.get(xdg) or home / fallback)
    return base / "stetho"
