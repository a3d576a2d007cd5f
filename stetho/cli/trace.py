"""A scrolling trace in braille: two columns and four rows of dots in each character cell."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from stetho.events import WaveEvent
from stetho.stream import Samples

# Bits of the braille block (Unicode 2800) by [row][column] of the cell.
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint32)
WINDOW_S = 5.0
FAINTEST_FULL_HEIGHT = 1e-3  # full scale: anything fainter is drawn small, so that silence looks like silence
HEADROOM = 1.25


def braille(dots: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> list[str]:
    """Dots (4 rows a line, 2 columns a character), the first row on top, as lines of text."""
    height, width = dots.shape[0] // 4, dots.shape[1] // 2
    cells = dots.reshape(height, 4, width, 2).transpose(0, 2, 1, 3)
    codes = 0x2800 + (cells * _DOTS).sum(axis=(2, 3))
    return ["".join(map(chr, row)) for row in codes.tolist()]


class Trace:
    """The last `window_s` seconds as lowest and highest value of fixed bins, so that nothing shimmers on scrolling.

    A bin belongs to sample indices, not to arrival: what is lost leaves an empty place.
    """

    def __init__(self, window_s: float = WINDOW_S, bins_per_s: int = 50) -> None:
        self.bins_per_s = bins_per_s
        self._bins: deque[_Bin] = deque(maxlen=round(window_s * bins_per_s))

    def add(self, wave: WaveEvent) -> None:
        """The next samples to draw."""
        per_bin = max(1, wave.rate_hz // self.bins_per_s)
        at = 0
        while at < wave.samples.size:
            index = (wave.start + at) // per_bin
            until = min(wave.samples.size, (index + 1) * per_bin - wave.start)
            self._put(index, wave.samples[at:until])
            at = until

    @property
    def newest_s(self) -> float | None:
        """Stream time of the right edge; None where nothing is drawn."""
        return (self._bins[-1].index + 1) / self.bins_per_s if self._bins else None

    def clear(self) -> None:
        """Forgets everything: nothing old may look live."""
        self._bins.clear()

    def rows(self, width: int, height: int) -> list[str]:
        """The trace as `height` lines of `width` characters, newest at the right."""
        dots = np.zeros((height * 4, width * 2), bool)
        if self._bins:
            self._draw(dots)
        return braille(dots)

    def _put(self, index: int, samples: Samples) -> None:
        low, high = float(samples.min()), float(samples.max())
        last = self._bins[-1] if self._bins else None
        if last is not None and last.index == index:
            self._bins[-1] = _Bin(index, min(last.low, low), max(last.high, high))
        elif last is None or index > last.index:
            self._bins.append(_Bin(index, low, high))

    def _draw(self, dots: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> None:
        rows, columns = dots.shape
        newest = self._bins[-1].index
        span = self._bins.maxlen or 1
        top = self._full_height()
        middle = rows // 2
        for b in self._bins:
            place = span - 1 - (newest - b.index)
            if place < 0:  # a gap has moved it out of the window
                continue
            left, right = place * columns // span, (place + 1) * columns // span
            upper = max(0, round(middle - b.high / top * middle))
            lower = max(0, round(middle - b.low / top * middle))
            dots[upper : lower + 1, left : max(right, left + 1)] = True

    def _full_height(self) -> float:
        """What fills the height: the loud beats of the window; a single knock goes beyond it and is cut off."""
        peaks = [max(abs(b.low), abs(b.high)) for b in self._bins]
        return max(FAINTEST_FULL_HEIGHT, HEADROOM * float(np.percentile(peaks, 97)))


@dataclass(frozen=True, slots=True)
class _Bin:
    index: int
    low: float
    high: float
