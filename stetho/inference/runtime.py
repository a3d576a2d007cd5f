"""onnxruntime, loaded so that it keeps to itself: nothing else imports it."""

import os
from types import ModuleType


def load_onnxruntime() -> ModuleType:
    """The library; takes 0.4 s the first time, so only where a model is really used.

    Its builds may keep an id of this machine and report its use over the network; it reads the variable that forbids
    that once, when it is first loaded. A clinic's machine reports to nobody.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime
