"""Where a traceback goes: into a file that the user can send, never on the screen."""

import sys
import traceback
from pathlib import Path

from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.config import data_folder


def keep_fault(error: BaseException, clock: Clock = SYSTEM_CLOCK) -> str:
    """Writes the traceback without what was typed; says where it lies, or what it was where nothing can be written."""
    text = _without_arguments("".join(traceback.format_exception(error)))
    path = data_folder() / "faults" / f"{clock.now_utc():%Y%m%dT%H%M%S%f}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return f"these words: {type(error).__name__} in {_place(error)}"
    return str(path)


def _without_arguments(text: str) -> str:
    """No file name or address goes into a log that is sent elsewhere: one may hold a patient's name."""
    for argument in sorted(sys.argv[1:], key=len, reverse=True):
        if any(sign in argument for sign in "/\\.:"):
            for typed in (argument, Path(argument).name, Path(argument).stem):
                text = text.replace(typed, "<argument>") if len(typed) > 2 else text
    return text


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
