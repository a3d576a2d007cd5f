"""A passphrase from a file or from the keyboard; never from a command line, which everybody on the machine can read."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from stetho.artifacts import read_bounded
from stetho.errors import ConfigError

MOST_BYTES = 1024

PassphraseFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A file whose first line is the key's passphrase, where nobody can type it."),
]


def passphrase_of(file: Path | None, question: str, *, twice: bool = False) -> bytes | None:
    """The file's first line; else what is typed, where there is a terminal; None for an empty one.

    twice: asked again, since a new one that was mistyped opens nothing.
    """
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        return None
    typed: str = typer.prompt(question, default="", hide_input=True, show_default=False, err=True)
    if twice and typed and typed != typer.prompt("Again", default="", hide_input=True, show_default=False, err=True):
        raise ConfigError("These were two different passphrases: try again.")
    return typed.encode() or None


def _first_line(file: Path) -> bytes:
    try:
        line = read_bounded(file, MOST_BYTES).partition(b"\n")[0].rstrip(b"\r")
    except OSError as error:
        raise ConfigError(f"The passphrase in {file} can't be read ({error.strerror}).") from None
    if not line:
        raise ConfigError(f"The first line of {file} is empty: write the passphrase there.")
    return line
