"""The compiled inner loops of beats and quality. Imported in `prepare` or on first use, never at module level elsewhere."""

import numpy as np
import numpy.typing as npt
from numba import boolean, njit, types

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_F64_IN_2D = types.Array(types.float64, 2, "C", readonly=True)
_I64_IN = types.Array(types.int64, 1, "C", readonly=True)
_U8 = types.uint8[::1]

_NEVER = -1e300


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
