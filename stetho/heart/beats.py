"""From the network's four state outputs to heart beats: an exact duration Viterbi over a whole recording.

The model is a hidden semi-Markov chain S1, systole, S2, diastole (Schmidt 2010, Springer 2016) whose durations follow
the recording's own rate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stetho.heart.borders import corrected
from stetho.heart.durations import STATES, TYPICAL, Durations, HeartState, StateDuration
from stetho.heart.period import Period, period_of
from stetho.stream import Samples

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

__all__ = [
    "FRAME_S",
    "Beat",
    "Durations",
    "HeartState",
    "Segment",
    "StateDuration",
    "beats",
    "decode",
    "duration_tables",
    "segments",
]

FRAME_S = 0.04
"""Seconds a state frame."""
EVIDENCE = 0.5
"""Weight of the log-probabilities against the durations: neighbouring frames see much of the same sound, so that each
is worth half an independent one. F1 is flat between 0.4 and 0.7 and falls off at 0.3 (500 CirCor recordings)."""
TAIL = 0.01
"""Density of an unexpected duration against the peak of the expected ones: ectopic beats, pauses."""
CLEAR = 0.25
"""Strength of a period from which on the durations follow it."""
ONSET_FRAMES = -0.75
"""Annotated onset against the edge between two frames: 30 ms earlier. A frame's centre lies 2 ms before its start, since
mel frames end with their hop, and the onset before that by half a frame and half a step (20 ms) of the annotation."""
AGREEING = 0.12
"""The decoded beat length and the period agree when they differ by no more than this share."""
HALVED = 0.1
"""Match at half the period, as a share of that at the period, from which on it may be two beats and not one; it is below
-0.4 in 99 of 100 CirCor recordings."""
DISPUTED = 0.3
"""Factor of the confidence where they disagree: a rate that may be halved or doubled is shown as doubtful."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One state of one beat, in seconds. `confidence`: mean probability of the state over it, 0..1.

    onset_seen: False where the recording begins inside the state.
    """

    start_s: float
    stop_s: float
    state: HeartState
    confidence: float = 1.0
    onset_seen: bool = True


@dataclass(frozen=True, slots=True)
class Beat:
    """One heart beat: onsets of its S1, its S2 and the next S1, in seconds; None where the recording ends before.

    confidence: 0..1, how sure the network was of its states, less where the beat contradicts the recording's period.
    """

    s1_s: float
    s2_s: float | None
    next_s1_s: float | None = None
    confidence: float = 1.0

    @property
    def cycle_s(self) -> float | None:
        """The beat's length."""
        return None if self.next_s1_s is None else self.next_s1_s - self.s1_s


def decode(state_logits: Samples, durations: Durations = TYPICAL, frame_s: float = FRAME_S) -> U8:
    """The likeliest states: float (4, T) logits or log-probabilities to uint8 (T,), an index into `STATES`.

    A frame that is not a number counts as one that says nothing. First and last state may be cut by the edges.
    """
    from stetho.heart._kernels import segment_viterbi  # compiled code is loaded on first use

    log_probabilities = _log_softmax(state_logits)
    frames = log_probabilities.shape[1]
    states = np.zeros(frames, dtype=np.uint8)
    lasting, cut, longest = duration_tables(durations, frame_s)
    cumulative = np.zeros((4, frames + 1))
    np.cumsum(EVIDENCE * log_probabilities, axis=1, out=cumulative[:, 1:])
    if frames and not segment_viterbi(cumulative, lasting, cut, longest, states):
        return log_probabilities.argmax(axis=0).astype(np.uint8)
    return states


def segments(
    state_logits: Samples, durations: Durations = TYPICAL, start_s: float = 0.0, frame_s: float = FRAME_S
) -> list[Segment]:
    """The segments of an unbroken run of state frames, float (4, T), whose first frame lies at `start_s`.

    Durations are moved to the run's own rate where it shows one; onsets are refined between frames, then by how long the
    same states last in the rest of the run.
    """
    probabilities = np.exp(_log_softmax(state_logits))
    if not probabilities.shape[1]:
        return []
    period = period_of(probabilities, frame_s)
    fitted = durations.at_cycle(period.cycle_s) if period is not None and period.strength >= CLEAR else durations
    states = decode(state_logits, fitted, frame_s)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(states)) + 1))
    edges_s = frame_s * _edges(probabilities, states, starts)
    last_s = edges_s[-1]
    edges_s[1:-1] = np.clip(corrected(edges_s[1:-1], states[starts[1:]]), 0.0, last_s)
    edges_s += start_s
    trust = _agreement(states, starts, edges_s, period)
    sure = np.add.reduceat(probabilities[states, np.arange(states.size)], starts) / np.diff(starts, append=states.size)
    return [
        Segment(float(edges_s[i]), float(edges_s[i + 1]), STATES[states[at]], float(trust * sure[i]), onset_seen=i > 0)
        for i, at in enumerate(starts)
    ]


def _edges(probabilities: F64, states: U8, starts: I64) -> F64:
    """Where each segment begins, and where the last ends, in fractions of a frame.

    Of the two frames at an edge, each counts for the old state by the share that it still gives it.
    """
    at = starts[1:]
    edges = np.concatenate(([0.0], at + ONSET_FRAMES, [float(states.size)]))
    for beside in (at - 1, at):
        old, new = probabilities[states[at - 1], beside], probabilities[states[at], beside]
        edges[1:-1] += old / (old + new + 1e-12)
    edges[1:-1] -= 1.0
    return np.maximum.accumulate(np.clip(edges, 0.0, states.size))


def _agreement(states: U8, starts: I64, edges_s: F64, period: Period | None) -> float:
    """1 where the decoded beats last as long as a clear period, less where they don't, or where there is none."""
    s1_s = edges_s[1:-1][states[starts[1:]] == 0]
    if period is None or period.half_match > HALVED or s1_s.size < 2:
        return DISPUTED
    return 1.0 if abs(np.median(np.diff(s1_s)) / period.cycle_s - 1.0) <= AGREEING else DISPUTED


def beats(found: Iterable[Segment]) -> list[Beat]:
    """The beats in segments: each S1 whose onset was seen begins one."""
    segs = list(found)
    result = []
    for i, seg in enumerate(segs):
        if seg.state is HeartState.S1 and seg.onset_seen:
            run = _same_run(segs[i : i + 5])
            s2_s = run[2].start_s if len(run) > 2 else None
            next_s1_s = run[4].start_s if len(run) > 4 else None
            result.append(Beat(seg.start_s, s2_s, next_s1_s, float(np.mean([s.confidence for s in run[:4]]))))
    return result


def _same_run(segs: Sequence[Segment]) -> Sequence[Segment]:
    """The leading segments that touch each other: a new run's first segment has no seen onset."""
    for i, seg in enumerate(segs[1:], 1):
        if not seg.onset_seen:
            return segs[:i]
    return segs


def _log_softmax(logits: Samples) -> F64:
    values = np.asarray(logits, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != len(STATES):
        raise ValueError(f"state logits must have shape (4, T), not {values.shape}")
    values = np.where(np.isfinite(values).all(axis=0), values, 0.0)
    shifted = values - values.max(axis=0, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


def duration_tables(durations: Durations, frame_s: float) -> tuple[F64, F64, I64]:
    """Log-probabilities of lasting d frames, and at least d; and the longest of each state.

    A duration falls between two numbers of frames, so its density is spread over both in proportion.
    """
    longest = np.array([max(1, round(state.max_s / frame_s)) for state in durations.states])
    d = np.arange(longest.max() + 1)
    lasting = np.full((4, d.size), 0.0)
    for row, state in zip(lasting, durations.states, strict=True):
        tau_s = np.arange(state.min_s, state.max_s + 1e-9, 0.001)
        density = np.exp(-0.5 * ((tau_s - state.mean_s) / state.sd_s) ** 2) + TAIL
        share = np.maximum(0.0, 1.0 - np.abs(tau_s / frame_s - d[:, None]))
        row[:] = share @ density
        row[0] = 0.0
        row[:] /= row.sum()
    surviving = np.cumsum(lasting[:, ::-1], axis=1)[:, ::-1]
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(lasting), -1e6), np.maximum(np.log(surviving), -1e6), longest
