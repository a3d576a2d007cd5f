"""The compiled inner loops of beats and quality. Imported in `prepare` or on first use, never at module level elsewhere."""

import math

import numpy as np
import numpy.typing as npt
from numba import boolean, int64, njit, types

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_F32_IN = types.Array(types.float32, 1, "C", readonly=True)
_F64_IN = types.Array(types.float64, 1, "C", readonly=True)
_F64_IN_2D = types.Array(types.float64, 2, "C", readonly=True)
_F64_IN_3D = types.Array(types.float64, 3, "C", readonly=True)
_F64 = types.float64[::1]
_F64_2D = types.float64[:, ::1]
_F64_3D = types.float64[:, :, ::1]
_I64_IN = types.Array(types.int64, 1, "C", readonly=True)
_U8 = types.uint8[::1]

_NEVER = -1e300

# Of the traits: narrow bands above 120 Hz, which of the neighbours each is held against, and lags that may be a beat.
_LINE_BANDS, _FIRST_LINE, _SMOOTH = 35, 5, 9
_SHORTEST_LAG, _LONGEST_LAG = 14, 100
_PATTERN_BANDS, _PITCH_BANDS = 16, 7
_TINY = 1e-12


@njit(boolean(_F64_IN_2D, _F64_IN_2D, _F64_IN_2D, _I64_IN, _U8), nogil=True, cache=True)
def segment_viterbi(cumulative: F64, lasting: F64, cut: F64, longest: I64, states: U8) -> bool:
    """The likeliest cyclic sequence of four states with explicit durations (Viterbi of a hidden semi-Markov model).

    cumulative: float64 (4, T + 1), running sums of the log-probabilities.
    lasting, cut: float64 (4, D + 1), log-probability that a state lasts d frames; that it lasts at least d (at an edge).
    longest: int64 (4,), the longest duration of each state in frames.
    states: uint8 (T,), written. Returns whether there is any sequence at all.
    """
    frames = cumulative.shape[1] - 1
    score = np.full((frames + 1, 4), _NEVER)
    length = np.zeros((frames + 1, 4), np.int32)
    for t in range(1, frames + 1):
        last = t == frames
        for s in range(4):
            before = (s + 3) % 4
            best, taken = _NEVER, 0
            for d in range(1, min(longest[s], t - 1) + 1):
                chance = cut[s, d] if last else lasting[s, d]
                value = score[t - d, before] + chance - cumulative[s, t - d]
                if value > best:
                    best, taken = value, d
            if t <= longest[s] and cut[s, t] > best:
                best, taken = cut[s, t], t
            score[t, s] = best + cumulative[s, t]
            length[t, s] = taken
    s = int(np.argmax(score[frames]))
    if score[frames, s] <= 0.5 * _NEVER:
        return False
    t = frames
    while t > 0:
        d = length[t, s]
        states[t - d : t] = s
        t -= d
        s = (s + 3) % 4
    return True


@njit(types.float64(types.float64, _F64_IN_2D, _F64_2D), nogil=True, cache=True)
def _cascade(x: float, sections: F64, delays: F64) -> float:
    """One sample through a cascade of biquads, transposed direct form II."""
    for s in range(sections.shape[0]):
        y = sections[s, 0] * x + delays[s, 0]
        delays[s, 0] = sections[s, 1] * x - sections[s, 4] * y + delays[s, 1]
        delays[s, 1] = sections[s, 2] * x - sections[s, 5] * y
        x = y
    return x


@njit(int64(_F32_IN, _F64_IN_3D, _F64_3D, _F64_IN, _F64_2D, _F64, int64, int64, int64, _F64_2D), nogil=True, cache=True)
def quality_bins(
    samples: F32,
    bands: F64,
    delays: F64,
    lines_hz: F64,
    phasors: F64,
    sums: F64,
    count: int,
    rate: int,
    wanted: int,
    bins: F64,
) -> int:
    """Measures a stream in `wanted` bins a second; returns `count` + len(samples).

    bands: float64 (2, n, 6), the biquads of the heart's band and of the whole band. lines_hz: float64 (l,), mains lines.
    delays: float64 (2, n, 2), phasors: float64 (l, 2), sums: float64 (4 + 2 l,): state, changed in place.
    count: samples since the last reset.
    bins: float64 (k, 4 + 2 l), written for each finished bin: energy of the heart's band, energy of the whole band,
    samples at full scale, samples that are not finite (they count as 0), and real and imaginary part of the heart's
    band against each line; all of them sums over the bin's samples.
    """
    lines = lines_hz.size
    turns = np.empty((lines, 2))
    for k in range(lines):
        step = 2.0 * math.pi * lines_hz[k] / rate
        turns[k, 0], turns[k, 1] = math.cos(step), math.sin(step)
    done = 0
    due = -(-(count * wanted // rate + 1) * rate // wanted)
    for i in range(samples.size):
        x = float(samples[i])
        if not math.isfinite(x):
            x = 0.0
            sums[3] += 1.0
        if abs(x) >= 0.998:
            sums[2] += 1.0
        heart = _cascade(x, bands[0], delays[0])
        whole = _cascade(x, bands[1], delays[1])
        sums[0] += heart * heart
        sums[1] += whole * whole
        for k in range(lines):
            re, im = phasors[k, 0], phasors[k, 1]
            sums[4 + 2 * k] += heart * re
            sums[5 + 2 * k] += heart * im
            phasors[k, 0] = re * turns[k, 0] - im * turns[k, 1]
            phasors[k, 1] = re * turns[k, 1] + im * turns[k, 0]
        count += 1
        if count == due:
            due = -(-(count * wanted // rate + 1) * rate // wanted)
            bins[done] = sums
            sums[:] = 0.0
            done += 1
            for k in range(lines):
                # Turned anew from the position, so that rounding never adds up, wherever the stream was cut.
                angle = 2.0 * math.pi * (lines_hz[k] * (count % rate) / rate)
                phasors[k, 0], phasors[k, 1] = math.cos(angle), math.sin(angle)
            for b in range(2):
                for s in range(bands.shape[1]):
                    for j in range(2):
                        if abs(delays[b, s, j]) < 1e-30:
                            delays[b, s, j] = 0.0
    return count


@njit(types.void(_F64_2D, _I64_IN, _F64_2D, _F64_2D), nogil=True, cache=True)
def trait_bands(power: F64, first: I64, bands: F64, ordered: F64) -> None:
    """The loudness of bands, and the floor that a recording gets between its beats.

    power: float64 (n, m), mel power frame by frame; the floor is added in place. first: int64 (b + 1,), where each band
    begins, and where the last one ends.
    bands: float64 (n, b), written: mean power in each, above the floor. ordered: float64 (b, n), the same from each band's
    quietest frame to its loudest.
    """
    n = power.shape[0]
    at = int(0.97 * n)
    loudest = 0.0
    for b in range(bands.shape[1]):
        for t in range(n):
            total = 0.0
            for k in range(first[b], first[b + 1]):
                total += power[t, k]
            ordered[b, t] = bands[t, b] = total / (first[b + 1] - first[b])
        ordered[b].sort()
        loudest = max(loudest, ordered[b, at])
    # A recording that was cleaned has no floor between its beats, another has: both get one, 35 dB below the beats.
    floor = max(10.0**-3.5 * ordered[0, at], 1e-5 * loudest, 1e-10)
    power += floor
    bands += floor
    ordered += floor


@njit(types.void(_F64_2D, _F64_2D, _F64, _F64), nogil=True, cache=True)
def loudness_traits(level_db: F64, order_db: F64, depth: F64, along: F64) -> None:
    """How the bands rise, fall and follow each other.

    level_db: float64 (n, 4); order_db: float64 (4, n), each band's from low to high.
    depth: float64 (5,), written: of the four bands, and the crest of the first. along: float64 (7,), written: how closely
    the others follow the first, and the steepest rise and fall of the first and the third band.
    """
    n = level_db.shape[0]
    for b in range(4):
        depth[b] = order_db[b, int(0.9 * n)] - order_db[b, n // 5]
    depth[4] = order_db[0, int(0.97 * n)] - order_db[0, n // 2]
    centred = np.empty((4, n))
    scale = np.empty(4)
    for b in range(4):
        mean = 0.0
        for t in range(n):
            mean += level_db[t, b]
        mean /= n
        squares = 0.0
        for t in range(n):
            centred[b, t] = level_db[t, b] - mean
            squares += centred[b, t] * centred[b, t]
        scale[b] = math.sqrt(squares) + 1e-3
    for b in range(1, 4):
        together = 0.0
        for t in range(n):
            together += centred[0, t] * centred[b, t]
        along[b - 1] = together / scale[b] / scale[0]
    steps = np.empty(n - 1)
    for edge in range(2):
        for t in range(n - 1):
            steps[t] = level_db[t + 1, 2 * edge] - level_db[t, 2 * edge]
        steps.sort()
        along[3 + 2 * edge] = steps[int(0.97 * (n - 2))]
        along[4 + 2 * edge] = -steps[int(0.03 * (n - 2))]


@njit(types.float64(_F64, _F64_IN, _F64_IN_2D), nogil=True, cache=True)
def _comb(ripple: F64, window: F64, turns: F64) -> float:
    """What share of the spectrum of float64 (35,) lies at the one strongest of 13 distances."""
    lines, distances = ripple.size, turns.shape[1] // 2
    spectrum = np.zeros(2 * distances)
    squares, even, odd = 0.0, 0.0, 0.0
    for k in range(lines):
        x = ripple[k] * window[k]
        squares += x * x
        even, odd = even + x, odd + (x if k % 2 == 0 else -x)
        for j in range(2 * distances):
            spectrum[j] += x * turns[k, j]
    strongest = 0.0
    for j in range(distances):
        strongest = max(strongest, spectrum[j] ** 2 + spectrum[distances + j] ** 2)
    # Parseval, over the 33 of 64 points that a spectrum of real numbers keeps.
    total = 0.5 * (64.0 * squares + even * even + odd * odd)
    return strongest / (total + 1e-9)


@njit(types.void(_F64_2D, _F64_2D, _F64_IN, _F64_IN_2D, _F64), nogil=True, cache=True)
def line_traits(log_power: F64, bands: F64, window: F64, turns: F64, found: F64) -> None:
    """How far narrow bands stand out of their nine neighbours.

    log_power: float64 (n, 40), of which the first five bands are left out; bands: float64 (n, 4).
    window: float64 (35,); turns: float64 (35, 26), cosines, then sines, of 13 distances between lines.
    found: float64 (4,), written: lines where it is loud, all the time, from one moment to the next; lines at one distance.
    """
    n, lines = log_power.shape[0], _LINE_BANDS
    half = _SMOOTH // 2
    ripple, alike = np.empty((n, lines)), np.empty((n, lines))
    loudness = np.empty(n)
    always = np.zeros(lines)
    summed = np.empty(lines + _SMOOTH)
    for t in range(n):
        loudness[t] = bands[t, 1] + bands[t, 2] + bands[t, 3]
        summed[0] = 0.0
        for k in range(lines + _SMOOTH - 1):
            inside = min(max(k - half, 0), lines - 1)
            summed[k + 1] = summed[k] + log_power[t, _FIRST_LINE + inside]
        squares = 0.0
        for k in range(lines):
            ripple[t, k] = log_power[t, _FIRST_LINE + k] - (summed[k + _SMOOTH] - summed[k]) / _SMOOTH
            squares += ripple[t, k] * ripple[t, k]
            always[k] += ripple[t, k]
        size = math.sqrt(squares / lines) + 1e-6
        for k in range(lines):
            alike[t, k] = ripple[t, k] / size
    held = 0.0
    for t in range(n - 3):
        for k in range(lines):
            held += alike[t + 3, k] * alike[t, k]
    steady = 0.0
    for k in range(lines):
        steady += (always[k] / n) ** 2
    quiet = int(0.7 * n)
    limit = np.sort(loudness)[quiet]
    louder = 0
    for t in range(n):
        louder += loudness[t] > limit
    equal = n - quiet - louder  # of those that are just as loud as the limit, the first ones
    there, comb = 0.0, 0.0
    for t in range(n):
        if loudness[t] > limit or (loudness[t] == limit and equal > 0):
            equal -= loudness[t] == limit
            comb += _comb(ripple[t], window, turns)
            for k in range(lines):
                there += ripple[t, k] * ripple[t, k]
    found[0], found[1] = math.sqrt(there / ((n - quiet) * lines)), math.sqrt(steady / lines)
    found[2], found[3] = held / ((n - 3) * lines), comb / (n - quiet)


@njit(types.void(_F64_2D, _F64), nogil=True, cache=True)
def _autocorrelation(columns: F64, match: F64) -> None:
    """Of all rows of float64 (c, n) together, each less its mean; lags 0..100, each divided by its overlap, 1 at lag 0."""
    n, lags = columns.shape[1], match.size
    match[:] = 0.0
    padded = np.zeros(n + lags)
    for c in range(columns.shape[0]):
        mean = 0.0
        for t in range(n):
            mean += columns[c, t] - columns[c, 0]
        mean = columns[c, 0] + mean / n  # exact where nothing changes
        for t in range(n):
            padded[t] = columns[c, t] - mean
        for t in range(n):
            for lag in range(lags):
                match[lag] += padded[t] * padded[t + lag]
    for lag in range(lags):
        match[lag] /= n - lag
    first = match[0] + _TINY
    for lag in range(lags):
        match[lag] /= first


@njit(types.void(_F64, int64, _F64), nogil=True, cache=True)
def _second(outline: F64, lag: int, found: F64) -> None:
    """Of the mean beat: how far a second sound stands out, where, how high the valley lies, and how much is loud."""
    beat, times = np.zeros(lag), np.zeros(lag)
    for t in range(outline.size):
        beat[t % lag] += outline[t]
        times[t % lag] += 1.0
    for k in range(lag):
        beat[k] /= times[k]
    low, top = np.sort(beat)[lag // 5], np.argmax(beat)
    turned = np.empty(lag)
    for k in range(lag):
        turned[k] = beat[(k + top) % lag]
    height = turned[0] - low + 1e-6
    loud, best = 0, 0
    for k in range(lag):
        loud += turned[k] > low + 0.5 * height
    for k in range(4, lag - 3):
        if turned[k] >= turned[k - 1] and turned[k] >= turned[k + 1] and (best == 0 or turned[k] > turned[best]):
            best = k
    found[0], found[1], found[2], found[3] = 0.0, 0.5, 0.0, loud / lag
    if best == 0:
        return
    before, after = turned[1], turned[best + 1]
    for k in range(1, best):
        before = min(before, turned[k])
    for k in range(best + 1, lag):
        after = min(after, turned[k])
    at = best / lag
    found[0] = (turned[best] - max(before, after)) / height
    found[1] = min(at, 1.0 - at)
    found[2] = (min(before, after) - low) / height


@njit(types.void(_F64, types.float64, _F64), nogil=True, cache=True)
def _events(smooth: F64, limit: float, found: F64) -> None:
    """Moments above a limit: how many a second, how long, and how uneven the time between them is."""
    on, starts = 0, 0
    first, last, before, squares, gaps = 0, 0, 0, 0.0, 0
    for t in range(smooth.size):
        if smooth[t] > limit:
            on += 1
            if t > 0 and not smooth[t - 1] > limit:
                starts += 1
                if starts == 1:
                    first = t
                else:
                    gaps += 1
                    squares += float(t - before) ** 2
                before = last = t
    found[0], found[1], found[2] = 50.0 * starts / smooth.size, on / max(1, starts) / 50.0, 0.6
    if gaps >= 3:
        mean = (last - first) / gaps
        found[2] = math.sqrt(max(0.0, squares / gaps - mean * mean)) / mean


@njit(types.float64(_F64), nogil=True, cache=True)
def _highest(match: F64) -> float:
    """The highest peak of an autocorrelation where a beat may repeat; 0 where there is no peak."""
    highest = -math.inf
    for k in range(_SHORTEST_LAG, match.size):
        if match[k] >= match[k - 1] and (k == match.size - 1 or match[k] >= match[k + 1]):
            highest = max(highest, match[k])
    return 0.0 if highest == -math.inf else highest


@njit(int64(_F64, types.float64), nogil=True, cache=True)
def _first_near(match: F64, highest: float) -> int:
    """The first lag whose peak comes near the highest; 50 where nothing repeats."""
    for k in range(_SHORTEST_LAG, match.size):
        peak = match[k] >= match[k - 1] and (k == match.size - 1 or match[k] >= match[k + 1])
        if peak and highest > 0.0 and match[k] >= 0.8 * highest:
            return k
    return 50


@njit(types.void(_F64_2D, _F64_2D, _F64_2D, _F64), nogil=True, cache=True)
def beat_traits(level_db: F64, order_db: F64, log_power: F64, found: F64) -> None:
    """What repeats, with which length, and what the beat is like.

    level_db: float64 (n, 4); order_db: float64 (4, n); log_power: float64 (n, 40).
    found: float64 (10,), written: how well loudness and pattern repeat, the beat's length in s, second sound, its place,
    the valley, the loud share, loud moments a second, how long they last in s, unevenness of the time between them.
    """
    n = level_db.shape[0]
    quiet, middle, top = order_db[0, n // 10], order_db[0, n // 2], order_db[0, int(0.97 * n)]
    smooth = np.empty(n)
    outline = np.empty((1, n))
    for t in range(n):
        before, after = level_db[max(t - 1, 0), 0], level_db[min(t + 1, n - 1), 0]
        smooth[t] = before * (1 / 3) + level_db[t, 0] * (1 / 3) + after * (1 / 3)
        outline[0, t] = min(max(smooth[t], quiet), top)
    match = np.empty(_LONGEST_LAG + 1)
    _autocorrelation(outline, match)
    highest = _highest(match)
    lag = _first_near(match, highest)
    _second(outline[0], lag, found[3:7])
    pattern = np.empty((_PATTERN_BANDS, n))
    for k in range(_PATTERN_BANDS):
        for t in range(n):
            pattern[k, t] = log_power[t, k]
    _autocorrelation(pattern, match)
    found[0], found[1], found[2] = highest, match[_SHORTEST_LAG:].max(), lag / 50.0
    _events(smooth, middle + 0.5 * (top - middle), found[7:])


@njit(types.void(_F64_2D, _F64_2D, _F64_2D, _I64_IN, _F64, _F64), nogil=True, cache=True)
def colour_traits(bands: F64, ordered: F64, log_power: F64, first: I64, colour: F64, pitch: F64) -> None:
    """The spectrum of the beats and of the rest, and where the beats are loudest below 140 Hz.

    bands: float64 (n, 4); ordered: float64 (4, n); log_power: float64 (n, 40); first: int64 (5,), where each band begins.
    colour: float64 (7,), written: dullness, the beats' fall from band to band, the rest's. pitch: float64 (2,), written:
    where, and how it spreads.
    """
    n = bands.shape[0]
    loud_from, quiet_to = ordered[0, int(0.9 * n)], ordered[0, n // 2]
    beat, rest, weights = np.zeros(4), np.zeros(4), np.zeros(_PITCH_BANDS)
    beats, rests, places, squares = 0, 0, 0.0, 0.0
    for t in range(n):
        if bands[t, 0] >= loud_from:
            beats += 1
            strongest = 0
            for k in range(1, _PITCH_BANDS):
                strongest = k if log_power[t, k] > log_power[t, strongest] else strongest
            for k in range(_PITCH_BANDS):
                weights[k] += math.exp(log_power[t, k] - log_power[t, strongest])
            places += strongest
            squares += strongest * strongest
            for b in range(4):
                beat[b] += bands[t, b]
        if bands[t, 0] <= quiet_to:
            rests += 1
            for b in range(4):
                rest[b] += bands[t, b]
    energy, centre, total = 0.0, 0.0, 0.0
    for b in range(4):
        beat[b] /= beats
        rest[b] /= rests
        energy += beat[b] * (first[b + 1] - first[b])
    for k in range(_PITCH_BANDS):
        total += weights[k]
        centre += weights[k] * k
    colour[0] = math.log10(beat[0] * (first[1] - first[0]) / energy + 1e-6)
    for b in range(3):
        left, right = max(beat[b] - rest[b], 1e-3 * beat[b]), max(beat[b + 1] - rest[b + 1], 1e-3 * beat[b + 1])
        colour[1 + b] = 10.0 * (math.log10(left) - math.log10(right))
        colour[4 + b] = 10.0 * (math.log10(rest[b]) - math.log10(rest[b + 1]))
    mean = places / beats
    pitch[0], pitch[1] = centre / total, math.sqrt(max(0.0, squares / beats - mean * mean))
