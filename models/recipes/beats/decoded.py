"""Recordings decoded by the product's own code, live at a lag and whole, and what of it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import onsets
from causal_network import LOOK_AHEAD
from dataset import UNANNOTATED
from frame_labels import FRAME_S, labels
from onsets import Matches, annotated_spans

from stetho.dsp.frames import Frames
from stetho.heart.durations import STATES, TYPICAL, HeartState
from stetho.heart.online.listener import BeatListener, OnlineRate
from stetho.heart.online.network import Weights, log_probabilities
from stetho.heart.online.onset import Onset
from stetho.heart.online.tracker import BeatsModel, decode_whole
from stetho.stream import Origin, StreamSpec

Float32 = npt.NDArray[np.float32]
Spans = Sequence[tuple[float, float, int]]
Found = Sequence[tuple[float, int]]

TOLERANCES_S = (0.1, 0.06)
SPEC = StreamSpec(2000, Origin.FILE)
HOP = 40
CHUNK_S = 0.02  # live sound comes in chunks; the last of them is full on average when an onset is said
DECIMATOR_S = 0.006  # what decimation to 2 kHz adds, see `stetho.dsp.frontend`
S1, S2 = STATES.index(HeartState.S1), STATES.index(HeartState.S2)


@dataclass(frozen=True)
class Live:
    """One recording as a live stream gave it: onsets (seconds, state), their confidences and lags, and rates by second."""

    found: Found
    confidences: Sequence[float]
    lags_s: Sequence[float]
    rates: Sequence[OnlineRate]


class Replay:
    """Says what a network said before: the rest of the product doesn't know the difference."""

    def __init__(self, logits: Float32) -> None:
        self._rows, self._at = np.concatenate((np.zeros((LOOK_AHEAD, 4), np.float32), logits)), 0

    def process(self, log_mel: Float32) -> Float32:
        first, self._at = self._at, self._at + log_mel.shape[1]
        return self._rows[first : self._at]

    def reset(self) -> None:
        self._at = 0


def live(logits: Float32, weights: Weights, lag_frames: int) -> Live:
    """The product's listener at a lag, fed with kept logits, as if the stream ended with the recording."""
    listener = BeatListener(BeatsModel(weights, TYPICAL), lag_frames)
    listener.prepare(SPEC)
    listener._tracker._network = Replay(logits)  # type: ignore[assignment]
    frames = Frames(np.zeros((40, len(logits) + LOOK_AHEAD), np.float32), 0, float(HOP))
    heard = list(listener.process(frames))
    said = [one for one in heard if isinstance(one, Onset)]
    rest = [one for one in listener.flush() if isinstance(one, Onset)]
    return Live(
        [(one.at / SPEC.rate_hz, STATES.index(one.state)) for one in (*said, *rest)],
        [one.confidence for one in (*said, *rest)],
        [(one.known_at - one.at) / SPEC.rate_hz + DECIMATOR_S + CHUNK_S for one in said],
        [one for one in heard if isinstance(one, OnlineRate)],
    )


def whole(logits: Float32) -> Found:
    """The exact pass over all of a recording."""
    return [(FRAME_S * frame, state) for frame, state in decode_whole(log_probabilities(logits), TYPICAL)]


@dataclass
class Tally:
    """What of one recording is right: frames, and onsets of S1 and S2 within each tolerance."""

    frames: int = 0
    right: int = 0
    matches: dict[float, Matches] = field(default_factory=dict)


def tally(found: Found, spans: Spans, frames: int) -> Tally:
    """Of what was found in a recording of so many frames."""
    truth = labels(spans, frames + LOOK_AHEAD)[:frames]
    judged = truth != UNANNOTATED
    result = Tally(int(judged.sum()), int((track(found, frames) == truth)[judged].sum()))
    end_s = FRAME_S * frames - 0.1
    for tolerance_s in TOLERANCES_S:
        onsets.TOLERANCE_S = tolerance_s
        total = Matches(0, 0, 0)
        for state in (S1, S2):
            annotated = [start for start, _, other in spans if other == state and start < end_s]
            total += onsets.match(annotated, [at for at, other in found if other == state], annotated_spans(spans))
        result.matches[tolerance_s] = total
    return result


def track(found: Found, frames: int) -> npt.NDArray[np.int64]:
    """The state at each frame's centre."""
    if not found:
        return np.full(frames, UNANNOTATED)
    times = np.array([at for at, _ in found])
    states = np.array([(found[0][1] + 3) % 4, *(state for _, state in found)])
    centres_s = FRAME_S * np.arange(frames) - 0.012
    return states[np.searchsorted(times, centres_s, side="right")]


def annotated_bpm(spans: Spans) -> float | None:
    """60 over the median of the annotated S1-S1 intervals; None with fewer than three."""
    lengths = [
        later - earlier
        for start_s, stop_s in annotated_spans(spans)
        for earlier, later in pairwise([at for at, _, state in spans if state == S1 and start_s <= at < stop_s])
    ]
    return 60.0 / float(np.median(lengths)) if len(lengths) >= 3 else None
