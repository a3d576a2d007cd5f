"""The traits of `stetho.heart.traits` in plain numpy: what the compiled ones are held to."""

import math

import numpy as np
import numpy.typing as npt

from stetho.stream import Samples

F64 = npt.NDArray[np.float64]

_BANDS_HZ = (25.0, 120.0, 250.0, 450.0)
_CENTRES_HZ = np.linspace(25.0, 800.0, 42)[1:-1]
_FIRST = np.array([0, *(int(np.searchsorted(_CENTRES_HZ, hz)) for hz in _BANDS_HZ[1:])])
_WIDTHS = np.diff(_FIRST, append=40).astype(np.float64)
# A recording that was cleaned has no floor between its beats, another has: both get one, 35 dB below the beats.
_FLOOR = 10.0**-3.5
_SPEECH_FLOOR = 10.0**-5
_SHORTEST_LAG, _LONGEST_LAG = 14, 100
_SMOOTH = 9
_TINY = 1e-12


def traits_in_numpy(log_mel: Samples) -> F64:
    power = np.exp(np.where(np.isfinite(log_mel), log_mel, -23.0)).T.astype(np.float64)
    bands = np.add.reduceat(power, _FIRST, axis=1) / _WIDTHS
    at = int(0.97 * len(power))
    loudest = np.partition(bands, at, axis=0)[at]
    floor = max(_FLOOR * loudest[0], _SPEECH_FLOOR * loudest.max(), 1e-10)
    power += floor
    bands += floor
    level_db = 10.0 * np.log10(bands)
    order = np.sort(level_db, axis=0)
    n = len(order)
    peaks, rest = level_db[:, 0] >= order[int(0.9 * n), 0], level_db[:, 0] <= order[n // 2, 0]
    log_power = np.log(power)
    return np.concatenate(
        (
            order[int(0.9 * n)] - order[n // 5],
            (order[at, 0] - order[n // 2, 0],),
            _colour(bands[peaks].mean(axis=0), bands[rest].mean(axis=0)),
            _together(level_db),
            _edges(level_db),
            _lines(log_power, bands[:, 1:].sum(axis=1)),
            _pitch(log_power[peaks, :7]),
            _rhythm(level_db[:, 0], order[:, 0], log_power[:, :16]),
        )
    )


def _colour(beat: F64, rest: F64) -> F64:
    dullness = math.log10(beat[0] * _WIDTHS[0] / float(beat @ _WIDTHS) + 1e-6)
    beat_db = 10.0 * np.log10(np.maximum(beat - rest, 1e-3 * beat))
    return np.concatenate(((dullness,), -np.diff(beat_db), -np.diff(10.0 * np.log10(rest))))


def _together(level_db: F64) -> F64:
    centred = level_db - level_db.mean(axis=0)
    products = centred[:, 0] @ centred
    scale = np.sqrt((centred**2).sum(axis=0)) + 1e-3
    return np.asarray(products[1:] / scale[1:] / scale[0])


def _edges(level_db: F64) -> tuple[float, ...]:
    steps = np.sort(np.diff(level_db[:, [0, 2]], axis=0), axis=0)
    last = len(steps) - 1
    steep, low = int(0.97 * last), int(0.03 * last)
    return (steps[steep, 0], -steps[low, 0], steps[steep, 1], -steps[low, 1])


def _lines(log_power: F64, loudness: F64) -> tuple[float, ...]:
    """How far bands stand out of their nine neighbours above 120 Hz."""
    high = log_power[:, 5:]
    padded = np.pad(high, ((0, 0), (_SMOOTH // 2 + 1, _SMOOTH // 2)), "edge")
    summed = padded.cumsum(axis=1)
    ripple = high - (summed[:, _SMOOTH:] - summed[:, :-_SMOOTH]) / _SMOOTH
    loud = np.sort(np.argpartition(loudness, int(0.7 * len(loudness)))[int(0.7 * len(loudness)) :])
    there = ripple[loud]
    alike = ripple / (np.sqrt((ripple**2).mean(axis=1, keepdims=True)) + 1e-6)
    spectrum = np.abs(np.fft.rfft(there * np.hanning(ripple.shape[1]), 64, axis=1)) ** 2
    comb = spectrum[:, 4:17].max(axis=1) / (spectrum.sum(axis=1) + 1e-9)
    return (
        math.sqrt(float((there**2).mean())),
        math.sqrt(float((ripple.mean(axis=0) ** 2).mean())),
        float((alike[3:] * alike[:-3]).mean()),
        float(comb.mean()),
    )


def _pitch(beats: F64) -> tuple[float, float]:
    weights = np.exp(beats - beats.max(axis=1, keepdims=True))
    return float((weights.sum(axis=0) / weights.sum()) @ np.arange(7.0)), float(beats.argmax(axis=1).std())


def _autocorrelation(rows: F64) -> F64:
    """Of all columns together, lags 0..100, each divided by its overlap, 1 at lag 0."""
    n = len(rows)
    spectrum = np.fft.rfft(rows - rows.mean(axis=0), 512, axis=0)
    raw = np.fft.irfft((np.abs(spectrum) ** 2).reshape(len(spectrum), -1).sum(axis=1))[: _LONGEST_LAG + 1]
    match = raw / (n - np.arange(_LONGEST_LAG + 1.0))
    return np.asarray(match / (match[0] + _TINY))


def _rhythm(low_db: F64, order: F64, pattern: F64) -> tuple[float, ...]:
    n = len(order)
    quiet, middle, top = float(order[n // 10]), float(order[n // 2]), float(order[int(0.97 * n)])
    smooth = np.convolve(np.pad(low_db, 1, "edge"), (1 / 3, 1 / 3, 1 / 3), "valid")
    outline = np.clip(smooth, quiet, top)
    match = _autocorrelation(outline)
    inner = match[_SHORTEST_LAG:]
    peak = (inner >= match[_SHORTEST_LAG - 1 : -1]) & np.append(inner[:-1] >= inner[1:], True)
    highest = float(inner[peak].max()) if peak.any() else 0.0
    lag = _SHORTEST_LAG + int(np.flatnonzero(peak & (inner >= 0.8 * highest))[0]) if highest > 0.0 else 50
    second, at, valley, width = _second(outline, lag)
    on = smooth > middle + 0.5 * (top - middle)
    starts = np.flatnonzero(on[1:] & ~on[:-1])
    gaps = np.diff(starts)
    uneven = float(gaps.std() / gaps.mean()) if gaps.size >= 3 else 0.6
    length_s = float(on.sum()) / max(1, starts.size) / 50.0
    all_match = _autocorrelation(pattern)[_SHORTEST_LAG:].max()
    return (
        highest, float(all_match), lag / 50.0, second, at, valley, width,
        50.0 * starts.size / n, length_s, uneven,
    )  # fmt: skip


def _second(outline: F64, lag: int) -> tuple[float, float, float, float]:
    """Of the mean beat: how far a second sound stands out, where, how high the valley lies, and how much is loud."""
    place = np.arange(outline.size) % lag
    beat = np.bincount(place, outline, lag) / np.bincount(place, minlength=lag)
    low = float(np.partition(beat, lag // 5)[lag // 5])
    turned = np.roll(beat, -int(beat.argmax()))
    height = float(turned[0]) - low + 1e-6
    width = float((beat > low + 0.5 * height).mean())
    inside = turned[4 : lag - 3]
    hill = (inside >= turned[3 : lag - 4]) & (inside >= turned[5 : lag - 2])
    if not hill.any():
        return 0.0, 0.5, 0.0, width
    best = 4 + int(np.where(hill, inside, -np.inf).argmax())
    before, after = float(turned[1:best].min()), float(turned[best + 1 :].min())
    at = best / lag
    second = (float(turned[best]) - max(before, after)) / height
    return second, min(at, 1.0 - at), (min(before, after) - low) / height, width
