"""The log-mel front end at 2 kHz: the same code for training and for the live path.

Frames are causal: frame f covers samples [40 (f + 1) - 128, 40 (f + 1)), with zeros before the stream's start, so a
frame exists as soon as its hop of 20 ms does.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.dsp.frames import Frames
from stetho.dsp.spans import PendingSpans
from stetho.errors import ConfigError
from stetho.stage import require_rate
from stetho.stream import Chunk, Samples, Span, StreamSpec

RATE_HZ = 2000
N_FFT = 128
HOP = 40
N_MELS = 40
FMIN_HZ = 25.0
FMAX_HZ = 800.0
FLOOR = 1e-10

_LINEAR_HZ = 200.0 / 3.0
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _LINEAR_HZ
_LOG_STEP = np.log(6.4) / 27.0


def _hz_to_mel(hz: float) -> float:
    """Slaney's mel scale (Auditory Toolbox, 1998): linear to 1 kHz, logarithmic above."""
    return hz / _LINEAR_HZ if hz < _KNEE_HZ else float(_KNEE_MEL + np.log(hz / _KNEE_HZ) / _LOG_STEP)


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = _KNEE_HZ * np.exp(_LOG_STEP * (np.maximum(mel, _KNEE_MEL) - _KNEE_MEL))
    return np.where(mel < _KNEE_MEL, mel * _LINEAR_HZ, above)


@cache
def mel_table() -> Samples:
    """The mel filter bank, float32 (40, 65), read-only: triangles of equal area over the bins of a 128-point FFT.

    Equal to `librosa.filters.mel(sr=2000, n_fft=128, n_mels=40, fmin=25, fmax=800, htk=False, norm="slaney")`.
    """
    bins_hz = np.fft.rfftfreq(N_FFT, 1.0 / RATE_HZ)
    corners_hz = _mel_to_hz(np.linspace(_hz_to_mel(FMIN_HZ), _hz_to_mel(FMAX_HZ), N_MELS + 2))
    low, centre, high = corners_hz[:-2, None], corners_hz[1:-1, None], corners_hz[2:, None]
    rising = (bins_hz - low) / (centre - low)
    falling = (high - bins_hz) / (high - centre)
    table = (np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (high - low)).astype(np.float32)
    table.flags.writeable = False
    return table


def mel_sha256() -> str:
    """Hash of the mel table's little-endian bytes: a model's manifest pins the front end it was trained on."""
    return hashlib.sha256(mel_table().astype("<f4").tobytes()).hexdigest()


@cache
def _sparse_table() -> tuple[npt.NDArray[np.int64], Samples]:
    """First bin of each band, and the weights from there on, padded to the widest band."""
    table = mel_table()
    width = int((table > 0).sum(axis=1).max())
    first = np.minimum((table > 0).argmax(axis=1), table.shape[1] - width).astype(np.int64)
    return first, np.ascontiguousarray(np.take_along_axis(table, first[:, None] + np.arange(width), axis=1))


def _fresh_history() -> Samples:
    return np.zeros(N_FFT, dtype=np.float32)


def log_mel(samples: npt.NDArray[np.float32]) -> Samples:
    """Log-mel of a whole recording at 2 kHz: float32 (n,) to float32 (40, n // 40), ln(power + 1e-10).

    Power is |X|^2 / (sum of window)^2 under a periodic Hann window of 128. Bit-identical to what `LogMel` streams.
    A frame that holds a sample which is not a number is not a number.
    """
    from stetho.dsp._kernels import log_mel_frames  # compiled code is loaded on first use

    first, weights = _sparse_table()
    signal = np.ascontiguousarray(samples, dtype=np.float32)
    out = np.empty((N_MELS, signal.size // HOP), dtype=np.float32)
    log_mel_frames(_fresh_history(), 0, signal, first, weights, out)
    return out


class LogMel:
    """Stage: 2 kHz chunks (chest channel) to log-mel `Frames`, one frame every 20 ms.

    source_rate_hz: the rate that positions in the output are given in; the rate before decimation.
    """

    def __init__(self, source_rate_hz: int = RATE_HZ) -> None:
        self._scale = source_rate_hz / RATE_HZ
        self._history = _fresh_history()
        self._filled = 0
        self._concealed = PendingSpans()
        self._first, self._weights = _sparse_table()
        self._kernel: Callable[..., Any] | None = None

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Loads the compiled kernel. Raises ConfigError for another rate than 2 kHz."""
        if spec.rate_hz != RATE_HZ:
            raise ConfigError(f"The log-mel front end takes {RATE_HZ} Hz, not {spec.rate_hz} Hz; decimate first.")
        from stetho.dsp._kernels import log_mel_frames

        self._kernel = log_mel_frames
        return spec

    def process(self, item: Chunk) -> Iterable[Frames]:
        """Gives the frames that the chunk completed, if any."""
        if self._kernel is None:
            raise RuntimeError("LogMel.process() was called before prepare()")
        require_rate(item, RATE_HZ)
        held = self._filled
        out = np.empty((N_MELS, (held + len(item)) // HOP), dtype=np.float32)
        self._filled = self._kernel(self._history, held, item.chest, self._first, self._weights, out)
        if item.concealed:
            self._concealed.add(item.concealed)
        if not out.shape[1]:
            return ()
        out.flags.writeable = False
        return (self._frames(out, item.start - held),)

    def _frames(self, out: Samples, start: int) -> Frames:
        marked = self._concealed.take(start + out.shape[1] * HOP) if self._concealed else ()
        concealed = tuple(self._to_source(span) for span in marked)
        return Frames(out, round(start * self._scale), HOP * self._scale, concealed)

    def _to_source(self, span: Span) -> Span:
        return Span(round(span.start * self._scale), round(span.stop * self._scale))

    def flush(self) -> Iterable[Frames]:
        """Nothing: an unfinished hop is no frame."""
        return ()

    def reset(self, reason: str) -> None:
        """Starts again from silence."""
        self._history[:] = 0.0
        self._filled = 0
        self._concealed.clear()
