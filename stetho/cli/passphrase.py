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


NoPassphrase = Annotated[
    bool,
    typer.Option("--no-passphrase", help="Leave the key unencrypted: whoever can read the file can approve models."),
]


def passphrase_of(file: Path | None, question: str) -> bytes:
    """The file's first line; else what is typed, where there is a terminal. Raises ConfigError without either."""
    return _first_line(file) if file is not None else _typed(question, "name a file with --passphrase-file")


def new_passphrase(file: Path | None, *, none_wanted: bool) -> bytes | None:
    """Of a new key. None where none is wanted, and never because nobody could be asked.

    It is typed twice, since one that was mistyped opens nothing. Raises ConfigError.
    """
    if none_wanted and file is not None:
        raise ConfigError("--no-passphrase and --passphrase-file contradict each other: give one of them.")
    if none_wanted:
        return None
    if file is not None:
        return _first_line(file)
    instead = "name a file with --passphrase-file, or say --no-passphrase"
    typed = _typed("Passphrase", instead)
    if typed != _typed("Again", instead):
        raise ConfigError("These were two different passphrases: try again.")
    return typed


def _typed(question: str, instead: str) -> bytes:
    if not sys.stdin.isatty():
        raise ConfigError(f"There is no terminal to type the passphrase in: {instead}.")
    typed: str = typer.prompt(question, default="", hide_input=True, show_default=False, err=True)
    if not typed:
        raise ConfigError(f"No passphrase was typed: try again, or {instead}.")
    return typed.encode()


def _first_line(file: Path) -> bytes:
    try:
        line = read_bounded(file, MOST_BYTES).partition(b"\n")[0].rstrip(b"\r")
    except OSError as error:
        raise ConfigError(f"The passphrase in {file} can't be read ({error.strerror}).") from None
    if not line:
        raise ConfigError(f"The first line of {file} is empty: write the passphrase there.")
    return line
