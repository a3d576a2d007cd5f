"""Murmurs as loud as the heart sounds, or louder, which must not be taken for noise.

CirCor's children seldom have one (grade III of III), a narrow aortic valve in an adult often does. So they are made: in mel
power, in the phase that experts marked, over hearts of CirCor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from dataset import STATES, UNANNOTATED
from synthetic import with_murmur

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]
Generator = np.random.Generator

FRAME_S = 0.02
CENTRE_S = -0.012  # of a frame's 64 ms, against the beginning of its hop
RATIOS_DB = (-8.0, 8.0)
"""The murmur's loudest moments against S1, over the whole band."""
SYSTOLIC_SHARE = 0.75


def states_of(intervals: Sequence[tuple[float, float, int]], frames: int) -> Int64:
    """The phase of each frame; `UNANNOTATED` where the experts marked none."""
    centres_s = FRAME_S * np.arange(frames) + CENTRE_S
    states = np.full(frames, UNANNOTATED)
    for start_s, end_s, state in intervals:
        states[np.searchsorted(centres_s, start_s) : np.searchsorted(centres_s, end_s)] = state
    return states


def marked(states: Int64, shortest: int) -> Iterator[slice]:
    """The stretches of at least so many frames in which every phase is known."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], states != UNANNOTATED, [False]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start >= shortest:
            yield slice(int(start), int(stop))


def with_loud_murmur(mel: Float32, states: Int64, generator: Generator) -> Float32:
    """Log-mel ``(40, n)`` of a heart, with a murmur between 8 dB below and 8 dB above its S1 in one phase of each beat."""
    phase = "systole" if generator.random() < SYSTOLIC_SHARE else "diastole"
    power = np.exp(mel.T)
    murmur = with_murmur(power, states, phase, generator) - power
    heard = murmur.sum(axis=1)
    loudest = np.quantile(heard[states == STATES.index(phase)], 0.9)
    sound = np.quantile(power[states == STATES.index("S1")].sum(axis=1), 0.7)
    gain = sound / max(loudest, 1e-12) * 10.0 ** (generator.uniform(*RATIOS_DB) / 10.0)
    return np.log(power + np.float32(gain) * murmur).T.astype(np.float32)
