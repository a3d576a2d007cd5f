"""On what a result was computed: the software whose numbers it rests on, and what this processor can do."""

import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from stetho.inference.runtime import load_onnxruntime

# LLVM's names of what onnxruntime and compiled kernels choose their arithmetic by: vectors, fused multiply-add, dot
# products of int8, matrices. On x86, then on ARM.
_MATTERS = ("sse4", "avx", "fma", "f16c", "amx", "neon", "dotprod", "fullfp16", "i8mm", "bf16", "sve", "sme")


@dataclass(frozen=True, slots=True)
class Environment:
    """software: version by name. features: what of the processor matters, by LLVM's names, sorted.

    processor, kernels_for: LLVM's name of the processor, and the one that numba compiles for (its NUMBA_CPU_NAME and
    NUMBA_CPU_FEATURES).
    """

    software: tuple[tuple[str, str], ...]
    system: str
    architecture: str
    processor: str
    features: tuple[str, ...]
    kernels_for: str

    def to_json(self) -> dict[str, Any]:
        return {
            "software": dict(self.software),
            "machine": {
                "system": self.system,
                "architecture": self.architecture,
                "processor": self.processor,
                "features": list(self.features),
                "kernels_for": self.kernels_for,
            },
        }


@cache
def this_environment() -> Environment:
    """The one that this process runs in. Loads numba and onnxruntime: asked for after an analysis, they are there."""
    import llvmlite.binding as llvm
    import numba

    processor = str(llvm.get_host_cpu_name())
    config: Any = numba.core.config  # its settings are set by name when it loads
    return Environment(
        software=(
            ("stetho", version("stetho")),
            ("onnxruntime", str(load_onnxruntime().__version__)),
            ("numba", str(numba.__version__)),
            ("numpy", np.__version__),
            ("python", platform.python_version()),
        ),
        system=platform.system(),
        architecture=platform.machine(),
        processor=processor,
        features=_features(),
        kernels_for=" ".join(filter(None, (str(config.CPU_NAME or processor), config.CPU_FEATURES))),
    )


def _features() -> tuple[str, ...]:
    import llvmlite.binding as llvm

    try:
        known = llvm.get_host_cpu_features()
    except RuntimeError:  # a system of which LLVM can't tell; the processor's name says it then
        return ()
    return tuple(sorted(name for name, there in known.items() if there and name.startswith(_MATTERS)))
