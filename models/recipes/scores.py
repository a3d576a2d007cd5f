"""What a graph says of whole recordings: the mean over the 5 s windows that start every second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from features import HOP_FRAMES, STATE_FRAMES, Features

from stetho.inference.verdict import present_log_odds, unknown_log_odds

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Uncalibrated logits of recordings, in the order of ``rows``.

    ``present``: mean over windows of logit(present) - logit(absent), ``unknown``: of logit(unknown) - logsumexp of the
    other two. ``states``: mean state logits of each recording, ``(4, state frames)``. ``embedding``: one row a window.
    ``timing``: mean logits of systolic and of diastolic, ``(n, 2)``.
    """

    rows: tuple[int, ...]
    present: Float64
    unknown: Float64
    states: tuple[Float32, ...]
    embedding: tuple[Float32, ...]
    timing: Float64


def session(file: Path) -> onnxruntime.InferenceSession:
    """One thread: more than one makes onnxruntime spin, and the product runs this way."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def score(
    graph: onnxruntime.InferenceSession, features: Features, rows: Sequence[int], progress: Callable[[str], None]
) -> Scores:
    """Score every recording of ``rows``."""
    from export import INPUT, OUTPUTS  # torch comes with it: not wherever scores are read

    present, unknown, states, embedding, timing = [], [], [], [], []
    for count, row in enumerate(rows):
        outputs = graph.run(list(OUTPUTS), {INPUT: features.windows(row)[:, None]})
        logits = np.asarray(outputs[0], np.float32)
        present.append(float(np.mean([present_log_odds(window) for window in logits])))
        unknown.append(float(np.mean([unknown_log_odds(window) for window in logits])))
        states.append(overlap_mean(np.asarray(outputs[1], np.float32)))
        embedding.append(np.asarray(outputs[2], np.float32))
        timing.append(np.asarray(outputs[3], np.float64).mean(axis=0))
        if count and count % 500 == 0:
            progress(f"scored {count} of {len(rows)} recordings")
    return Scores(
        tuple(rows), np.asarray(present), np.asarray(unknown), tuple(states), tuple(embedding), np.asarray(timing)
    )


def overlap_mean(windows: Float32) -> Float32:
    """State logits of a recording, ``(4, frames)``: each frame's mean over the windows that hold it."""
    hop = HOP_FRAMES // 2
    count = len(windows)
    total = np.zeros((windows.shape[1], STATE_FRAMES + hop * (count - 1)), np.float32)
    seen = np.zeros(total.shape[1], np.float32)
    for index, window in enumerate(windows):
        span = slice(index * hop, index * hop + STATE_FRAMES)
        total[:, span] += window
        seen[span] += 1.0
    return total / seen
