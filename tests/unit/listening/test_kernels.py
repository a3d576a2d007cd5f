import subprocess
import sys

import pytest

from stetho.dsp import _kernels as dsp_kernels
from stetho.listening import _kernels
from stetho.listening.hum import _kernels as hum_kernels
from stetho.listening.noise import _kernels as noise_kernels

KERNELS = [
    _kernels.mode_bank,
    _kernels.amplify,
    _kernels.remove_spikes,
    hum_kernels.cancel_hum,
    noise_kernels.nlms,
    noise_kernels.thin_out,
    dsp_kernels.power_frames,
    dsp_kernels.stretch_frame,
]


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.py_func.__name__)
def test_a_kernel_has_one_signature_and_compiles_no_other(kernel):
    assert len(kernel.signatures) == 1
    assert not kernel._can_compile
    assert kernel.targetoptions["nogil"]
    assert not kernel.targetoptions.get("fastmath")


def test_importing_the_stages_loads_no_compiler():
    code = (
        "import sys, stetho.listening.chain, stetho.dsp.spectrogram, stetho.dsp.time_stretch; "
        "print({'numba', 'scipy', 'librosa'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"
