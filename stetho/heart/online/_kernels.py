"""The compiled inner loops of the online beats. Imported in `prepare` or on first use, never at module level elsewhere."""

import math

import numpy as np
import numpy.typing as npt
from numba import float64, int64, njit, types, void

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_F32_IN = types.Array(types.float32, 1, "C", readonly=True)
_F32_IN_2D = types.Array(types.float32, 2, "C", readonly=True)
_F32_IN_3D = types.Array(types.float32, 3, "C", readonly=True)
_F32_IN_4D = types.Array(types.float32, 4, "C", readonly=True)
_F32 = types.float32[::1]
_F32_2D = types.float32[:, ::1]
_F32_3D = types.float32[:, :, ::1]
_F64_IN_2D = types.Array(types.float64, 2, "C", readonly=True)
_F64 = types.float64[::1]
_F64_2D = types.float64[:, ::1]
_I64_IN = types.Array(types.int64, 1, "C", readonly=True)
_I64 = types.int64[::1]
_I64_2D = types.int64[:, ::1]

_LEVEL_FRAMES = 100
_SCALE = np.float32(0.5)
_WIDEST = np.float32(4.0)
_NEVER = -1e300
_ANY = -1
_NEAR = 5


@njit(int64(_F32_IN_2D, _F32, int64, _F32_2D), nogil=True, cache=True)
def level_frames(log_mel: F32, level: F32, count: int, out: F32) -> int:
    """Takes from each band its own running mean over the last two seconds; returns the new `count`.

    log_mel: float32 (frames, bands). level: float32 (bands,), `count`: frames so far; the state, changed in place.
    out: float32 (frames, bands), written: half the difference, -4..4; zeros for a frame that is not a number.
    A gain and a response are additions to log-mels, so neither is left in what comes out.
    """
    frames, bands = log_mel.shape
    for t in range(frames):
        finite = True
        for m in range(bands):
            if not math.isfinite(log_mel[t, m]):
                finite = False
        if not finite:
            for m in range(bands):
                out[t, m] = 0.0
            continue
        count += 1
        share = np.float32(1.0) / np.float32(min(count, _LEVEL_FRAMES))
        for m in range(bands):
            level[m] += share * (log_mel[t, m] - level[m])
            value = _SCALE * (log_mel[t, m] - level[m])
            out[t, m] = min(max(value, -_WIDEST), _WIDEST)
    return count


@njit(
    int64(
        _F32_IN_2D,
        _F32_IN_3D,
        _F32_IN,
        _F32_IN_4D,
        _F32_IN_2D,
        _I64_IN,
        _F32_IN_2D,
        _F32_IN,
        int64,
        _F32_2D,
        _F32_3D,
        _F32_2D,
    ),
    nogil=True,
    cache=True,
)
def causal_network(
    levelled: F32,
    first: F32,
    first_bias: F32,
    blocks: F32,
    block_bias: F32,
    dilations: I64,
    last: F32,
    last_bias: F32,
    at: int,
    heard: F32,
    passed: F32,
    logits: F32,
) -> int:
    """A stack of causal convolutions over time, frame by frame; returns `at` + frames.

    levelled: float32 (frames, bands). first: float32 (3, bands, channels), blocks: float32 (blocks, 3, channels,
    channels), each x + relu(convolution), `dilations` frames apart; last: float32 (channels, states). Taps run from the
    oldest frame to the newest.
    heard: float32 (2, bands) and passed: float32 (blocks, 2 * widest dilation, channels): rings of past inputs, changed
    in place; `at` frames have gone through them. logits: float32 (frames, states), written.
    Every frame is summed in the same order, so that no cut of the input changes a bit.
    """
    frames, bands = levelled.shape
    channels = first.shape[2]
    states = last.shape[1]
    x = np.empty(channels, np.float32)
    total = np.empty(channels, np.float32)
    for t in range(frames):
        for c in range(channels):
            x[c] = first_bias[c]
        oldest = at % 2
        for m in range(bands):
            one, two, three = heard[oldest, m], heard[1 - oldest, m], levelled[t, m]
            heard[oldest, m] = three
            for c in range(channels):
                x[c] += one * first[0, m, c] + two * first[1, m, c] + three * first[2, m, c]
        for c in range(channels):
            x[c] = max(x[c], np.float32(0.0))
        for b in range(blocks.shape[0]):
            d = dilations[b]
            back_two = at % (2 * d)
            back_one = (at + d) % (2 * d)
            for c in range(channels):
                total[c] = block_bias[b, c]
            for k in range(channels):
                one, two, three = passed[b, back_two, k], passed[b, back_one, k], x[k]
                for c in range(channels):
                    total[c] += one * blocks[b, 0, k, c] + two * blocks[b, 1, k, c] + three * blocks[b, 2, k, c]
            for c in range(channels):
                passed[b, back_two, c] = x[c]
            for c in range(channels):
                x[c] += max(total[c], np.float32(0.0))
        for s in range(states):
            value = last_bias[s]
            for c in range(channels):
                value += x[c] * last[c, s]
            logits[t, s] = value
        at += 1
    return at


@njit(
    float64(int64, int64, int64, int64, _F64_IN_2D, _I64_IN, _F64_2D, _F64_2D, _I64),
    nogil=True,
    cache=True,
)
def open_segment(
    t: int, begun: int, running: int, closed: int, cut: F64, longest: I64, score: F64, summed: F64, segment: I64
) -> float:
    """The likeliest segment that still runs after `t` frames: returns its path's score.

    closed: no segment but the one that was decided last may begin before or at this boundary.
    segment: int64 (2,), written: where it begins, and its state. The rest as in `lagged_viterbi`.
    """
    ring = score.shape[0]
    value = _NEVER
    segment[0], segment[1] = 0, 0
    for s in range(4):
        before = (s + 3) % 4
        best, begins = _NEVER, 0
        for d in range(1, min(longest[s], t - closed - 1) + 1):
            b = (t - d) % ring
            found = score[b, before] + cut[s, d] - summed[b, s]
            if found > best:
                best, begins = found, t - d
        d = t - begun
        if 0 < d <= longest[s] and running in (s, _ANY):
            b = begun % ring
            found = cut[s, d] if running == _ANY else score[b, before] + cut[s, d] - summed[b, s]
            if found > best:
                best, begins = found, begun
        best += summed[t % ring, s]
        if best > value:
            value = best
            segment[0], segment[1] = begins, s
    return value


@njit(
    float64(int64, int64, int64, int64, int64, int64, _F64_IN_2D, _I64_IN, _F64_2D, _F64_2D, _I64_2D),
    nogil=True,
    cache=True,
)
def _best_without(
    t: int,
    onset: int,
    sound: int,
    begun: int,
    running: int,
    closed: int,
    cut: F64,
    longest: I64,
    score: F64,
    summed: F64,
    lengths: I64,
) -> float:
    """The score of the likeliest path on which state `sound` does not begin at `onset` or within 100 ms after it."""
    ring = score.shape[0]
    best = _NEVER
    for last in range(4):
        before = (last + 3) % 4
        for d in range(1, longest[last] + 1):
            start = t - d
            if start < begun:
                break
            if start == begun:
                if running not in (last, _ANY):
                    continue
                b = start % ring
                value = cut[last, d] if running == _ANY else score[b, before] + cut[last, d] - summed[b, last]
            elif start <= closed:
                continue
            else:
                b = start % ring
                value = score[b, before] + cut[last, d] - summed[b, last]
            value += summed[t % ring, last]
            if value <= best:
                continue
            s, b = last, start
            same = False
            while b >= onset and not same:
                same = s == sound and b <= onset + _NEAR
                if b <= begun:
                    break
                s = (s + 3) % 4
                b -= lengths[b % ring, s]
            if not same:
                best = value
    return best


@njit(
    void(
        int64,
        int64,
        int64,
        int64,
        _F64_IN_2D,
        _F64_IN_2D,
        _I64_IN,
        _F64_2D,
        _F64_2D,
        _I64_2D,
        _I64_2D,
    ),
    nogil=True,
    cache=True,
)
def _extend(
    t: int,
    begun: int,
    running: int,
    closed: int,
    lasting: F64,
    cut: F64,
    longest: I64,
    score: F64,
    summed: F64,
    lengths: I64,
    roots: I64,
) -> None:
    """Writes the likeliest path on which each state ends after `t` frames: its score, its last length, and its root."""
    ring = score.shape[0]
    for s in range(4):
        before = (s + 3) % 4
        best, taken, root = _NEVER, 0, t
        for d in range(1, min(longest[s], t - closed - 1) + 1):
            b = (t - d) % ring
            found = score[b, before] + lasting[s, d] - summed[b, s]
            if found > best:
                best, taken, root = found, d, roots[b, before]
        d = t - begun
        if d <= longest[s] and running in (s, _ANY):
            b = begun % ring
            found = cut[s, d] if running == _ANY else score[b, before] + lasting[s, d] - summed[b, s]
            if found > best:
                best, taken, root = found, d, t
        score[t % ring, s] = best + summed[t % ring, s]
        lengths[t % ring, s] = taken
        roots[t % ring, s] = root


@njit(
    int64(
        _F64_IN_2D,
        _F64_IN_2D,
        _F64_IN_2D,
        _I64_IN,
        int64,
        _I64,
        _F64_2D,
        _F64_2D,
        _I64_2D,
        _I64_2D,
        _I64_2D,
        _F64,
    ),
    nogil=True,
    cache=True,
)
def lagged_viterbi(
    evidence: F64,
    lasting: F64,
    cut: F64,
    longest: I64,
    lag: int,
    place: I64,
    score: F64,
    summed: F64,
    lengths: I64,
    roots: I64,
    onsets: I64,
    margins: F64,
) -> int:
    """The likeliest cyclic sequence of four states with explicit durations, decided `lag` frames behind.

    evidence: float64 (frames, 4), weighted log-probabilities of the next frames.
    lasting, cut: float64 (4, D + 1), log-probability that a state lasts d frames; that it lasts at least d.
    longest: int64 (4,), the longest duration of each state in frames; it stays the same for a whole stream.
    place: int64 (3,), changed in place: frames so far; where the segment that was decided last begins, and its state. At
    first 0, 0 and -1, which is any.
    score, summed: float64 (R, 4), lengths, roots: int64 (R, 4): rings over boundaries, R > lag + D + 1, changed in place.
    A score is of the likeliest path on which a state ends there; a length is that of its last segment; a root is where,
    on it, the segment that was decided last ends.
    onsets: int64 (frames, 2), written: decided boundaries, and the states that begin there. margins: float64 (frames,),
    written: by how much the likeliest path beats every one without that onset.
    Returns how many were decided.

    After each frame the likeliest path is followed back to the boundary `lag` frames ago. Whether a state begins there
    is decided by it for good: paths that say otherwise are dropped, and those that depended on them are sought anew, so
    nothing that was said is ever taken back.
    """
    ring = score.shape[0]
    decided = 0
    segment = np.zeros(2, np.int64)
    begun, running = place[1], place[2]
    for i in range(evidence.shape[0]):
        t = place[0] + i + 1
        closed = max(0, t - 1 - lag)
        for s in range(4):
            summed[t % ring, s] = summed[(t - 1) % ring, s] + evidence[i, s]
        _extend(t, begun, running, closed, lasting, cut, longest, score, summed, lengths, roots)
        judged = t - lag
        if judged <= begun:
            continue
        value = open_segment(t, begun, running, closed, cut, longest, score, summed, segment)
        b, s = segment[0], segment[1]
        while b > judged:
            s = (s + 3) % 4
            b -= lengths[b % ring, s]
        if b == judged:
            without = _best_without(t, judged, s, begun, running, closed, cut, longest, score, summed, lengths)
            onsets[decided, 0], onsets[decided, 1] = judged, s
            margins[decided] = value - without
            decided += 1
            begun, running = judged, s
        again = b == judged
        for later in range(judged + 1, t + 1):
            for state in range(4):
                again = again or roots[later % ring, state] == judged
        if again:
            for later in range(judged + 1, t + 1):
                _extend(later, begun, running, judged, lasting, cut, longest, score, summed, lengths, roots)
    place[0] += evidence.shape[0]
    place[1], place[2] = begun, running
    return decided


@njit(int64(_I64_IN, int64, _F64_IN_2D, _I64_IN, _F64_2D, _F64_2D, _I64_2D, _I64_2D), nogil=True, cache=True)
def open_onsets(
    place: I64, lag: int, cut: F64, longest: I64, score: F64, summed: F64, lengths: I64, onsets: I64
) -> int:
    """What the likeliest path says of the boundaries that are not decided when the stream ends; newest first.

    Returns how many there are. onsets: int64 (undecided frames + 1, 2), written. The rest as in `lagged_viterbi`.
    """
    t, begun, running = place[0], place[1], place[2]
    segment = np.zeros(2, np.int64)
    open_segment(t, begun, running, max(np.int64(0), t - lag), cut, longest, score, summed, segment)
    b, s = segment[0], segment[1]
    found = 0
    while b > begun:
        onsets[found, 0], onsets[found, 1] = b, s
        found += 1
        s = (s + 3) % 4
        b -= lengths[b % score.shape[0], s]
    return found
