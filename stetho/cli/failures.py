"""The one place where an error becomes a sentence and an exit code (docs: "Exit codes")."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer

from stetho.errors import StethoError

INTERRUPTED = 130
ISSUES = "the project's issue tracker"


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
            _say(f"this is a fault in stetho, not in what you did; please report it with {_keep_log(error)}.")
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


def _keep_log(error: Exception) -> str:
    """Writes the traceback where the user can find it, without what was typed; says where."""
    from stetho.config import data_folder

    text = _without_arguments("".join(traceback.format_exception(error)))
    path = data_folder() / "faults" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return f"these words: {type(error).__name__} in {_place(error)}"
    return str(path)


def _without_arguments(text: str) -> str:
    """No argument (a file may be named after a patient) goes into a log that is sent elsewhere."""
    for argument in sorted(sys.argv[1:], key=len, reverse=True):
        for typed in (argument, Path(argument).name, Path(argument).stem):
            if len(typed) > 3 and not typed.startswith("-"):
                text = text.replace(typed, "<argument>")
    return text


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
