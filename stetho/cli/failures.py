"""The one place where an error becomes a sentence and an exit code (docs: "Exit codes")."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from stetho.cli.fault_log import keep_fault
from stetho.errors import StethoError

INTERRUPTED = 130


@contextmanager
def failures_told() -> Iterator[None]:
    """Says what went wrong in one sentence on standard error, and ends with the contract's exit code."""
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`): nothing went wrong. Python would complain on closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:
        if _is_typers_own(error):
            raise
        known = _known(error)
        if known is None:
            _say(f"this is a fault in stetho, not in what you did; please report it with {keep_fault(error)}.")
            raise SystemExit(1) from None
        _say(str(known))
        raise SystemExit(known.exit_code) from None


def _is_typers_own(error: Exception) -> bool:
    """Usage errors and exits, which typer prints itself; their base class has had several homes."""
    return isinstance(error, (typer.Exit, typer.Abort)) or hasattr(error, "format_message")


def _known(error: BaseException) -> StethoError | None:
    """The error that we meant to say: itself, or the first of those that ended a group of tasks."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := _known(inner)) is not None), None)
    return error if isinstance(error, StethoError) else None


def _say(sentence: str) -> None:
    print(f"stetho: {sentence}", file=sys.stderr)
