"""The modes in which a clinician listens, and the filters that make them."""

from enum import Enum

import numpy as np
import numpy.typing as npt

from stetho.dsp.design import butter_bandpass, butter_highpass
from stetho.errors import ConfigError

ORDER = 2
LOWEST_RATE_HZ = 1000
_REACH = 0.45


class Mode(Enum):
    """Which part of the sound is heard: the two sides of a classical chest piece, what lies between, and all of it.

    Each is a Butterworth band-pass of two biquads, 12 dB an octave at either side. A band whose upper edge comes near
    half the sample rate is open at the top. `delay_ms` is when an impulse is loudest after it went in; `slowest_ms` is
    by how much the filter delays its slowest frequency from a quarter above the lower edge on. Both are the filter's own.
    """

    BELL = ("bell", 20.0, 200.0, 1.0, 11.0)
    DIAPHRAGM = ("diaphragm", 100.0, 500.0, 0.75, 2.8)
    WIDE = ("wide", 20.0, 1000.0, 0.25, 8.8)
    MIDRANGE = ("midrange", 50.0, 500.0, 0.5, 4.3)

    def __init__(self, word: str, low_hz: float, high_hz: float, delay_ms: float, slowest_ms: float) -> None:
        self.word = word
        self.low_hz, self.high_hz = low_hz, high_hz
        self.delay_ms, self.slowest_ms = delay_ms, slowest_ms

    def sections(self, rate_hz: int) -> npt.NDArray[np.float64]:
        """The filter's biquads, float64 (2, 6), as `stetho.dsp.design` gives them. Raises ConfigError below 1 kHz."""
        if rate_hz < LOWEST_RATE_HZ:
            raise ConfigError(f"Nobody can listen at {rate_hz} Hz; record at {LOWEST_RATE_HZ} Hz or more.")
        if self.high_hz <= _REACH * rate_hz:
            return butter_bandpass(ORDER, self.low_hz, self.high_hz, rate_hz)
        passing = np.zeros((ORDER, 6))
        passing[:, [0, 3]] = 1.0
        passing[: ORDER // 2] = butter_highpass(ORDER, self.low_hz, rate_hz)
        return passing


def mode_named(word: str) -> Mode:
    """Raises ConfigError for a word that is no mode."""
    for mode in Mode:
        if mode.word == word.lower():
            return mode
    raise ConfigError(f"There is no mode {word!r}; choose one of {', '.join(mode.word for mode in Mode)}.")
