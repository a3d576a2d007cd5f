"""The murmur model and the runtime that runs it."""

from collections.abc import Iterator

import numpy as np

from stetho.clock import SYSTEM_CLOCK, Clock
from stetho.config import load_config
from stetho.doctor.finding import Finding
from stetho.errors import ConfigError, StethoError
from stetho.inference.models import chosen_model


def model(clock: Clock = SYSTEM_CLOCK) -> Iterator[Finding]:
    """Its hash, and one window scored, as proof that it runs here."""
    try:
        config = load_config()
    except ConfigError:
        yield Finding("model", False, "not looked at until the settings are mended", looked_at=False)
        return
    try:
        found = chosen_model(config)
        manifest = found.manifest
        before_ns = clock.monotonic_ns()
        found.score(np.zeros((40, manifest.window.frames), np.float32))
        took_ms = (clock.monotonic_ns() - before_ns) / 1e6
    except StethoError as error:
        advice = "`stetho model verify` says more; nothing is judged until the model is whole and trusted."
        yield Finding("model", False, str(error), advice)
        return
    except ImportError as error:
        yield Finding("model", False, f"onnxruntime does not load ({error})", "Install onnxruntime again.")
        return
    yield Finding(
        "model", True, f"{manifest.name} {manifest.version}, hash verified, scores a window ({took_ms:.1f} ms at first)"
    )
