"""Run by pyPCG's own interpreter: the segmentation tutorial of its documentation, with the numbers given there.

Its other way, a hidden semi-Markov model, needs hsmmlearn, which no registry has. pyPCG imports that all the same, so an
empty stand-in is put in its place: the peak detection never asks it for anything.
"""

import json
import sys
import time
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np


class _Empty(ModuleType):
    """A module with whatever name it is asked for."""

    __path__: list[str] = []  # noqa: RUF012  # a package with nothing in it

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


class _NoHsmmlearn(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] == "hsmmlearn" else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


sys.meta_path.append(_NoHsmmlearn())

import pyPCG  # noqa: E402  # after its missing dependency was put in place
import pyPCG.preprocessing as preproc  # noqa: E402  # the same
import pyPCG.segment as sgm  # noqa: E402  # the same


def segment(samples: np.ndarray, rate_hz: int) -> tuple[np.ndarray, np.ndarray]:
    """Onsets of S1 and S2, in samples."""
    signal = pyPCG.normalize(pyPCG.pcg_signal(samples, rate_hz))
    band = preproc.filter(preproc.filter(signal, 6, 100, "LP"), 6, 20, "HP")
    outline = preproc.homomorphic(preproc.wt_denoise(band))
    _, peaks = sgm.adv_peak(outline)
    s1, s2 = (sgm.segment_peaks(found, outline, start_drop=0.8, end_drop=0.7)[0] for found in sgm.peak_sort_diff(peaks))
    return s1, s2


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        samples, rate_hz = np.load(asked["path"]), asked["rate_hz"]
        before = time.perf_counter()
        try:
            s1, s2 = segment(samples, rate_hz)
        except (ValueError, IndexError):  # it found too few peaks
            s1 = s2 = np.zeros(0)
        took_s = time.perf_counter() - before
        s1_s, s2_s = (np.asarray(found, float) / rate_hz for found in (s1, s2))
        bpm = 60.0 / float(np.median(np.diff(s1_s))) if len(s1_s) > 2 else None
        sounds_s = sorted([*s1_s.tolist(), *s2_s.tolist()])
        answer = {"took_s": took_s, "s1_s": s1_s.tolist(), "s2_s": s2_s.tolist(), "sounds_s": sounds_s, "bpm": bpm}
        print(json.dumps(answer), flush=True)  # noqa: T201  # it is what was asked for


main()
