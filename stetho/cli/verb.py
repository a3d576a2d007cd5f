"""What a verb is before it is loaded: a name, where its code lies, and one line about it.

Verbs of other packages register under the entry-point group `stetho.commands`, as `name = "package.module:function"`:
a function with typer's annotations, or a `typer.Typer`. The first line of the module's docstring is the verb's line in
`stetho --help`; it is read without importing the module.
"""

import ast
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

import typer

from stetho.cli.plain_flags import PlainCommand

ENTRY_POINT_GROUP = "stetho.commands"
OURS = ("live", "record", "recover", "listen", "analyze", "reproduce", "evaluate", "model", "bench", "doctor")
ORDER = (
    "demo",
    "devices",
    "info",
    "live",
    "record",
    "recover",
    "listen",
    "analyze",
    "reproduce",
    "evaluate",
    "sim",
    "model",
    "bench",
    "doctor",
)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb; `module` and `attribute` say where its function lies."""

    name: str
    module: str
    attribute: str

    def summary(self) -> str:
        """The first line of the module's docstring, read from its source; empty where there is none."""
        source = _source_of(self.module)
        docstring = ast.get_docstring(ast.parse(source)) if source else None
        return docstring.splitlines()[0] if docstring else ""

    def command(self) -> Any:
        """Loads the verb as a command of the library beneath typer."""
        target = getattr(import_module(self.module), self.attribute)
        if isinstance(target, typer.Typer):
            return typer.main.get_command(target)
        alone = typer.Typer(
            add_completion=False,
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        alone.command(self.name, cls=PlainCommand)(target)
        return typer.main.get_command(alone)


@cache
def verbs() -> MappingProxyType[str, Verb]:
    """All verbs by name: the known ones in the order of a first day's use, then those of other packages."""
    found = {name: Verb(name, f"stetho.cli.{name}", name) for name in OURS}
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        found.setdefault(entry.name, Verb(entry.name, entry.module, entry.attr))
    ordered = sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return MappingProxyType({name: found[name] for name in ordered})


def _source_of(module: str) -> str | None:
    """A module's source, found without importing it or the packages it lies in."""
    spec: ModuleSpec | None = None
    name = ""
    for part in module.split("."):
        name = f"{name}.{part}".lstrip(".")
        try:
            spec = PathFinder.find_spec(name, None if spec is None else spec.submodule_search_locations)
        except KeyError:  # a folder without __init__.py can't be looked into before it is imported
            return None
        if spec is None or spec.loader is None:
            return None
    read = getattr(spec.loader, "get_source", None) if spec is not None else None
    return read(module) if read is not None else None
