"""The program's own remarks on standard error: one line each, tracebacks in a file beside."""

import logging
import sys

from stetho.cli.fault_log import keep_fault


class OneLine(logging.Handler):
    """Says a remark as one line; a fault that comes with every window is said, and its traceback kept, once."""

    def __init__(self) -> None:
        super().__init__()
        self._said_faults: set[tuple[str, int]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        line = f"stetho: {record.getMessage()}"
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            place = (record.pathname, record.lineno)
            if place in self._said_faults:
                return
            self._said_faults.add(place)
            line = f"{line}; please report it with {keep_fault(error)}."
        print(line, file=sys.stderr)


def remarks_to_stderr(*, quiet: bool) -> None:
    """From now on remarks are said; with --quiet only errors."""
    logging.basicConfig(handlers=[OneLine()], level=logging.ERROR if quiet else logging.WARNING, force=True)
