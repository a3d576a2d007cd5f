"""Results go to standard output, everything else to standard error."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def print_json(thing: Mapping[str, Any]) -> None:
    """One object a line, at once: the reader may be a program that waits for it."""
    sys.stdout.write(json.dumps(thing, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def status_console(*, quiet: bool) -> "Console":
    """Where progress and remarks are said; silent with --quiet. NO_COLOR is respected."""
    from rich.console import Console

    return Console(stderr=True, quiet=quiet, highlight=False)
