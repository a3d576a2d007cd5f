"""Results go to standard output, everything else to standard error."""

import io
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def never_fail_on_a_sign() -> None:
    """A sign that the terminal's encoding lacks becomes a question mark: a result matters more."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def print_json(thing: Mapping[str, Any]) -> None:
    """One object a line, at once: the reader may be a program that waits for it."""
    # ASCII with escapes: a file's name may be no Unicode, and the other side may read in another encoding.
    sys.stdout.write(json.dumps(thing, allow_nan=False) + "\n")
    sys.stdout.flush()


def status_console(*, quiet: bool) -> "Console":
    """Where progress and remarks are said; silent with --quiet. NO_COLOR is respected."""
    from rich.console import Console

    return Console(stderr=True, quiet=quiet, highlight=False)
