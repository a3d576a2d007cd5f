import subprocess
import sys

import numpy as np
import pytest

from stetho.dsp import _kernels as dsp_kernels
from stetho.heart import _kernels as heart_kernels

KERNELS = [
    dsp_kernels.log_mel_frames,
    dsp_kernels.polyphase,
    dsp_kernels.biquads,
    dsp_kernels.energy,
    heart_kernels.segment_viterbi,
    heart_kernels.quality_bins,
]


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.py_func.__name__)
def test_a_kernel_has_one_signature_and_compiles_no_other(kernel):
    assert len(kernel.signatures) == 1
    assert not kernel._can_compile
    assert kernel.targetoptions["nogil"]
    assert not kernel.targetoptions.get("fastmath")


def test_read_only_and_writable_samples_are_both_taken():
    out = np.empty(8, np.float32)
    writable = np.ones(8, np.float32)
    read_only = writable.copy()
    read_only.flags.writeable = False
    sections, state = np.array([[1.0, 0, 0, 1, 0, 0]]), np.zeros((1, 2))
    for samples in (writable, read_only):
        assert dsp_kernels.biquads(samples, sections, state, 0, out) == 8
        np.testing.assert_array_equal(out, samples)


def test_importing_the_stages_loads_no_compiler():
    code = (
        "import sys, stetho.dsp.filters, stetho.dsp.frontend, stetho.dsp.envelope, stetho.heart.quality, "
        "stetho.heart.rate; print({'numba', 'scipy', 'librosa'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"
