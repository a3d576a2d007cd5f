"""The length of a beat, from how the four states' probabilities repeat: no decoding, so it can contradict one."""

from dataclasses import dataclass

import numpy as np

from stetho.stream import Samples

SHORTEST_CYCLE_S = 60.0 / 220.0
LONGEST_CYCLE_S = 60.0 / 30.0
# A peak at two or four beats may be higher than the one at one beat, so the first that comes near the highest is meant.
# Half a beat never does: there S1 meets S2, and in 99 of 100 CirCor recordings the match is below -0.4 of the peak.
NEARLY = 0.5
# Frames of 40 ms are coarse beside a beat of 300 ms: without smoothing, one of 7.5 frames matches itself worse than two.
SMOOTHING = np.array([0.25, 0.5, 0.25])


@dataclass(frozen=True, slots=True)
class Period:
    """A beat's length in seconds, and how well the signal repeats with it: 0 not at all, 1 exactly.

    half_match: the same at half the length, as a share of `strength`. S1 meets S2 there, so it is far below 0 unless the
    network takes every second beat for something else.
    """

    cycle_s: float
    strength: float
    half_match: float = -1.0


def period_of(probabilities: Samples, frame_s: float) -> Period | None:
    """The period of state probabilities, float (4, n), one column every `frame_s`. None where nothing repeats.

    S1 and S2 are different rows, so half a beat is no period of them, as it is of a loudness envelope.
    """
    frames = probabilities.shape[1]
    longest = min(int(LONGEST_CYCLE_S / frame_s) + 1, frames // 2)
    shortest = int(SHORTEST_CYCLE_S / frame_s)
    if longest <= shortest + 1:
        return None
    match = _autocorrelation(probabilities, longest + 1)
    peaks = [
        lag
        for lag in range(max(1, shortest), longest + 1)
        if match[lag] > match[lag - 1] and (lag == longest or match[lag] >= match[lag + 1])
    ]
    highest = max((match[lag] for lag in peaks), default=0.0)
    if highest <= 0.0:
        return None
    lag = next(lag for lag in peaks if match[lag] >= NEARLY * highest)
    strength = float(np.clip(match[lag], 0.0, 1.0))
    half = float(match[max(1, lag // 2 - 1) : (lag + 1) // 2 + 2].max() / match[lag])
    return Period((lag + _vertex(match, lag)) * frame_s, strength, half) if strength > 0.0 else None


def _autocorrelation(rows: Samples, lags: int) -> Samples:
    """Of all rows together, lags 0..lags, each divided by its overlap, 1 at lag 0."""
    smooth = np.array([np.convolve(row, SMOOTHING, "same") for row in rows])
    centred = smooth - smooth.mean(axis=1, keepdims=True)
    n = centred.shape[1]
    spectrum = np.fft.rfft(centred, 2 * n, axis=1)
    raw = np.fft.irfft((np.abs(spectrum) ** 2).sum(axis=0))[: lags + 1]
    overlap = n - np.arange(lags + 1)
    return raw / overlap / max(raw[0] / n, 1e-12)


def _vertex(match: Samples, lag: int) -> float:
    """Where the parabola through a peak and its neighbours is highest, in lags from the peak: -0.5..0.5."""
    before, peak, after = match[lag - 1], match[lag], match[lag + 1]
    bend = before - 2.0 * peak + after
    return 0.0 if bend >= 0.0 else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))
