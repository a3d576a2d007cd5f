"""stetho: hears heart sounds. `stetho.analyze` is loaded when it is asked for, so that importing this costs nothing."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stetho.notebook.recording import RecordingAnalysis, analyze

__all__ = ["RecordingAnalysis", "analyze"]


def __getattr__(name: str) -> object:
    """Loads what a notebook works with (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("stetho.notebook.recording"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
