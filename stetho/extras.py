"""Optional dependencies: a missing one names the extra that brings it."""

from importlib import import_module
from types import ModuleType

from stetho.errors import ConfigError


def require(module: str, extra: str) -> ModuleType:
    """Imports `module`, or raises ConfigError with the command that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ConfigError(f"This needs {module}, which is not installed: pip install 'stetho[{extra}]'.") from error
