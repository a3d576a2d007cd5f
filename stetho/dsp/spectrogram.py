"""The picture of a sound: which frequencies are how loud, fifty columns a second, a byte a point."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.dsp.mel import HOP, N_FFT, RATE_HZ
from stetho.dsp.resample import Decimator, to_2khz
from stetho.dsp.spans import PendingSpans
from stetho.stream import Chunk, Samples, Span, StreamSpec

BINS = N_FFT // 2 + 1
BIN_HZ = RATE_HZ / N_FFT
DARKEST_DB = -90.0

Shades = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Columns:
    """A run of consecutive columns of a spectrogram, for a screen.

    shades: uint8 (65, k), read-only; row i is the band of 15.6 Hz around i * 15.625 Hz. 255 is 0 dB, the power of a sine
    at full scale, and 0 is -90 dB or less: steps of 0.35 dB. start: index, in source samples, where the first column's
    20 ms begin. hop: source samples a column. concealed: spans (source samples) that were filled in.
    """

    shades: Shades
    start: int
    hop: float
    concealed: tuple[Span, ...] = field(default=())

    def __len__(self) -> int:
        return int(self.shades.shape[1])

    @property
    def span(self) -> Span:
        """The source samples that these columns cover."""
        return Span(self.start, self.start + round(len(self) * self.hop))


def power_spectra(samples: npt.NDArray[np.float32]) -> Samples:
    """Power of a whole recording at 2 kHz: float32 (n,) to float32 (65, n // 40), |X|^2 / (sum of window)^2.

    A periodic Hann window of 128 that ends with each hop of 40, as in the log-mel front end. Samples that are not finite
    count as 0.
    """
    from stetho.dsp._kernels import power_frames  # compiled code is loaded on first use

    signal = np.ascontiguousarray(samples, dtype=np.float32)
    out = np.empty((BINS, signal.size // HOP), dtype=np.float32)
    power_frames(np.zeros(N_FFT, dtype=np.float32), 0, signal, out)
    return out


def spectrogram(samples: npt.NDArray[np.float32], rate_hz: int) -> Shades:
    """The shades of a whole recording, float32 (n,) to uint8 (65, columns); as `Spectrogram` streams them.

    Raises ConfigError below 2 kHz.
    """
    return shades(power_spectra(to_2khz(samples, rate_hz)))


def shades(power: Samples) -> Shades:
    """Power to the byte that a screen draws. A full-scale sine's power is 1/4 under this window's normalisation."""
    db = 10.0 * np.log10(np.maximum(4.0 * power, np.float32(1e-12)))
    drawn = np.clip(np.rint((1.0 - db / DARKEST_DB) * 255.0), 0.0, 255.0).astype(np.uint8)
    drawn.flags.writeable = False
    return drawn


class Spectrogram:
    """Stage: chunks of any rate from 2 kHz up (chest channel) to `Columns`, 0 to 1000 Hz, fifty a second.

    3.3 kB a second: cheap enough to send to every screen. A column looks back 64 ms, comes 6 ms after its 20 ms above
    2 kHz, and places are true to half a millisecond at rates that 2 kHz doesn't divide, as in `FrontEnd`.
    """

    def __init__(self) -> None:
        self._decimator = Decimator()
        self._history = np.zeros(N_FFT, dtype=np.float32)
        self._filled = 0
        self._scale = 1.0
        self._marks = PendingSpans()
        self._kernel: Callable[..., Any] | None = None

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Loads the compiled kernels; gives the spec that goes in, whose rate all positions keep. Raises ConfigError."""
        from stetho.dsp._kernels import power_frames

        self._kernel = power_frames
        self._scale = spec.rate_hz / RATE_HZ
        self._decimator.prepare(spec)
        self.reset("prepare")
        return spec

    def process(self, item: Chunk) -> Iterable[Columns]:
        """Gives the columns that the chunk completed, if any."""
        return [columns for chunk in self._decimator.process(item) for columns in self._draw(chunk)]

    def flush(self) -> Iterable[Columns]:
        """Gives what the decimator still held, as far as it fills a column."""
        return [columns for chunk in self._decimator.flush() for columns in self._draw(chunk)]

    def _draw(self, chunk: Chunk) -> Iterable[Columns]:
        if self._kernel is None:
            raise RuntimeError("Spectrogram.process() was called before prepare()")
        held = self._filled
        power = np.empty((BINS, (held + len(chunk)) // HOP), dtype=np.float32)
        self._filled = self._kernel(self._history, held, chunk.chest, power)
        self._marks.add(chunk.concealed)
        if power.shape[1]:
            start = chunk.start - held
            marked = self._marks.take(start + power.shape[1] * HOP)
            yield Columns(
                shades(power),
                round(start * self._scale),
                HOP * self._scale,
                tuple(Span(round(span.start * self._scale), round(span.stop * self._scale)) for span in marked),
            )

    def reset(self, reason: str) -> None:
        """Starts again from silence."""
        self._decimator.reset(reason)
        self._history[:] = 0.0
        self._filled = 0
        self._marks.clear()
