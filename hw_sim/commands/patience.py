"""Says why nothing happens yet: the first start after an installation compiles the signal path, once."""

import sys
from contextlib import AbstractContextManager

from stetho.compiling import compiling_told

_SENTENCE = "Preparing, once: the simulator and the signal path are compiled for this machine (up to 20 s) ..."


def slow_start_said() -> AbstractContextManager[None]:
    """Says so on standard error when something is compiled within the block; else nothing, however long it takes."""
    return compiling_told(lambda: print(_SENTENCE, file=sys.stderr, flush=True))
