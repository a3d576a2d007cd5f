"""Says why nothing happens yet: the first start after an installation compiles the signal path, once."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE_S = 1.5


@contextmanager
def slow_start_said() -> Iterator[None]:
    """Says so on standard error when the block takes longer than anybody waits without a word."""
    sentence = "Preparing, once: the simulator and the signal path are compiled for this machine (up to 20 s) ..."
    slow = asyncio.get_running_loop().call_later(_PATIENCE_S, lambda: print(sentence, file=sys.stderr, flush=True))
    try:
        yield
    finally:
        slow.cancel()
