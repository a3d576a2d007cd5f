"""How loud the sound is in four bands, frame by frame: log-mel frames put together, so it costs no filter of its own."""

import numpy as np
import numpy.typing as npt

from stetho.dsp.mel import FLOOR, FMAX_HZ, FMIN_HZ, N_MELS
from stetho.stream import Samples

F64 = npt.NDArray[np.float64]

BANDS_HZ = ((25, 60), (60, 120), (120, 250), (250, 500))
"""The heart's rumble; S1 and S2; where most murmurs of CirCor lie; and the high-pitched ones, regurgitation. An octave
each: S1 and S2 fall off by 40 dB from 60 to 500 Hz and would hide in one band what lies above them (Rangayyan and Lehner
1987)."""
MURMUR_BANDS = slice(1, 4)
MURMUR_HZ = (60, 500)
"""Without the lowest, where a chest rumbles in any phase: 60 to 500 Hz."""
FRAME_S = 0.02
CENTRE_S = -0.012
"""The middle of a frame's 64 ms against the beginning of its hop."""
FAINTEST = 1e-3
"""Of the floor that the table adds: what is left when it is taken off again, so that a faint sound keeps its level."""

_SPACING_HZ = (FMAX_HZ - FMIN_HZ) / (N_MELS + 1)
# Triangles of equal area, evenly spaced below 1 kHz: times their spacing they add up to the bins. Twice, for the negative
# frequencies; by the Hann window's noise bandwidth of 1.5 bins (Harris 1978).
_TO_MEAN_SQUARE = 2.0 / 1.5 * _SPACING_HZ
_CENTRES_HZ = FMIN_HZ + _SPACING_HZ * np.arange(1, N_MELS + 1)
_FIRST = np.searchsorted(_CENTRES_HZ, [low for low, _ in BANDS_HZ])
_STOP = int(np.searchsorted(_CENTRES_HZ, BANDS_HZ[-1][1]))


def band_levels(log_mel: Samples) -> F64:
    """Log-mel float32 (40, n) to levels float64 (4, n): mean square in each of `BANDS_HZ`, in dB of full scale squared.

    A sine of full scale has -3 dB. What a band of the table holds counts by its centre. Bit-identical however the frames
    are cut.
    """
    power = np.exp(np.ascontiguousarray(log_mel[:_STOP], dtype=np.float64)) - FLOOR
    power = np.maximum(power, FAINTEST * FLOOR)
    return 10.0 * np.log10(_TO_MEAN_SQUARE * np.add.reduceat(power, _FIRST, axis=0))


def over_bands(levels_db: F64) -> F64:
    """The level over bands together: float64 (..., bands) in dB to (...)."""
    return 10.0 * np.log10(np.sum(10.0 ** (0.1 * levels_db), axis=-1))
