"""Log-mel frames in, onsets of S1, systole, S2 and diastole out, with a lag that is stated and bounded."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from stetho.dsp.frames import Frames
from stetho.dsp.mel import HOP, RATE_HZ
from stetho.errors import ConfigError
from stetho.heart.beats import CLEAR, HALVED
from stetho.heart.durations import STATES, Durations
from stetho.heart.online.decoder import Decided, LaggedDecoder
from stetho.heart.online.network import CausalStates, Weights, log_probabilities
from stetho.heart.online.onset import Onset
from stetho.heart.online.timeline import Timeline
from stetho.heart.period import Period, period_of
from stetho.stream import StreamSpec

F64 = npt.NDArray[np.float64]

FRAME_S = HOP / RATE_HZ
LAG_FRAMES = 36
"""Of the decoder alone. With the mel window, the network's look-ahead and chunks of 20 ms, less than a second in all."""
EVIDENCE = 0.7
"""Weight of a frame's log-probabilities against the durations. F1 is flat between 0.4 and 1.5 (417 CirCor recordings)."""
LONGEST_DIASTOLE_S = 1.75
"""At 30 beats a minute a diastole lasts about 1.6 s."""
PERIOD_EVERY = 50
PERIOD_OVER = 300
PERIOD_FROM = 150
"""Frames: once a second, over the last six, from the third on."""
CYCLE_STEP_S = 0.01
EDGE_FRAMES = -0.9
"""An edge lies half a frame before the centre of the later frame's window, which lies 12 ms before that frame's hop; what
CirCor's annotators call the onset lies 4 ms later (417 recordings)."""
FADING_FRAMES = (0.0, -0.15, 0.0, -0.17)
"""S1 and S2 fade, and the network is slow to leave them: by the state that begins, how much earlier the annotators saw it
(3 and 3.5 ms over 2,118 recordings; `models/recipes/borders.py`)."""
UNCLEAR = 0.5
"""Factor of the confidence where no period is clear: what doesn't repeat may be no heart."""
UNSOUGHT = 0.8
"""The same in the first seconds, while none can be: of such onsets of CirCor, 98 in 100 are right."""
SEEN_FRAMES = 4
PLAINLY_SEEN = 0.7
"""Mean probability of a state over its first frames from which on it counts as seen."""


@dataclass(frozen=True, slots=True)
class BeatsModel:
    """The network that hears S1 and S2, how long the states of the hearts it was trained on last, and who it is."""

    weights: Weights
    durations: Durations
    version: str = ""

    def lag_s(self, lag_frames: int = LAG_FRAMES) -> float:
        """From an onset to its event, the edge of its frame, the look-ahead and the decoder; ±20 ms, as the onset lies in
        its frames. The chunk that it waits for and the decimator add theirs, 26 ms at 20 ms chunks.
        """
        return FRAME_S * (lag_frames + self.weights.look_ahead - EDGE_FRAMES)


class BeatTracker:
    """Stage: log-mel `Frames` to `Onset`s. Bit-identical however the frames are cut; memory is bounded."""

    def __init__(self, model: BeatsModel, lag_frames: int = LAG_FRAMES) -> None:
        self._model = model
        self._durations = _bounded(model.durations)
        self._network = CausalStates(model.weights)
        self._decoder = LaggedDecoder(self._durations, FRAME_S, lag_frames, EVIDENCE)
        self._lag = lag_frames
        self._keep = max(PERIOD_OVER, lag_frames + 2)
        self._recent = np.zeros((0, 4))
        self._heard = 0
        self._timeline = Timeline(self._keep + PERIOD_EVERY)
        self.period: Period | None = None

    def prepare(self, spec: StreamSpec) -> StreamSpec:
        """Raises ConfigError for a stream slower than the front end."""
        if spec.rate_hz < RATE_HZ:
            raise ConfigError(f"Beats are found in streams from {RATE_HZ} Hz on, not at {spec.rate_hz} Hz.")
        return spec

    @property
    def frames(self) -> int:
        """Frames heard since the last reset."""
        return self._heard

    @property
    def heard_to(self) -> int:
        """The source sample up to which the frames reach; there has to be one."""
        return self._timeline.end_of(self._heard)

    def bridges(self, item: Frames) -> bool:
        """Whether these frames may follow; after a gap of more than two hops it takes a reset."""
        return self._timeline.bridges(item)

    def process(self, item: Frames) -> Iterable[Onset]:
        """Gives the onsets that were decided by these frames."""
        self._timeline.add(item)
        ahead = self._model.weights.look_ahead
        logits = self._network.process(item.log_mel)
        spoken_of = log_probabilities(logits[max(0, ahead - self._heard) :])
        self._heard += len(item)
        while spoken_of.shape[0]:
            until_period = PERIOD_EVERY - self._decoder.frames % PERIOD_EVERY
            piece, spoken_of = spoken_of[:until_period], spoken_of[until_period:]
            self._recent = np.concatenate((self._recent, piece))[-self._keep - PERIOD_EVERY :]
            for decided in self._decoder.process(piece):
                yield self._onset(decided)
            if self._decoder.frames % PERIOD_EVERY == 0:
                self._find_period()

    def flush(self) -> Iterable[Onset]:
        """The stream has ended: what the likeliest path says of the frames that were not decided, with little confidence."""
        for decided in self._decoder.flush():
            yield self._onset(decided)

    def reset(self, reason: str) -> None:
        """Forgets the heart: what comes is not the continuation of what was."""
        self._network.reset()
        self._decoder.reset()
        self._decoder.expect(self._durations)
        self._recent = np.zeros((0, 4))
        self._heard = 0
        self._timeline.reset()
        self.period = None

    def _onset(self, decided: Decided) -> Onset:
        known_frames = min(decided.boundary + self._lag + self._model.weights.look_ahead, self._heard)
        first = self._decoder.frames - self._recent.shape[0]
        return Onset(
            self._at(
                edge(self._recent, decided.boundary - first, decided.state) + first + FADING_FRAMES[decided.state]
            ),
            STATES[decided.state],
            self._timeline.end_of(known_frames),
            self._trust(known_frames)
            * self._seen(decided.boundary - first, decided.state)
            * (2.0 * decided.certainty - 1.0),
        )

    def _at(self, boundary: float) -> float:
        return self._timeline.at(boundary + EDGE_FRAMES)

    def _seen(self, boundary: int, state: int) -> float:
        """Whether the network sees what the path says: where a path must go on, it goes on, whatever is heard."""
        mean = float(np.exp(self._recent[boundary : boundary + SEEN_FRAMES, state]).mean())
        return min(1.0, mean / PLAINLY_SEEN)

    def _trust(self, known_frames: int) -> float:
        """By the frames that the decision rests on: how many have come since depends on how the stream was cut."""
        period = self.period
        if known_frames - self._model.weights.look_ahead < PERIOD_FROM:
            return UNSOUGHT
        return 1.0 if period is not None and period.strength >= CLEAR and period.half_match <= HALVED else UNCLEAR

    def _find_period(self) -> None:
        if self._decoder.frames < PERIOD_FROM:
            return
        self.period = _period(self._recent[-PERIOD_OVER:])
        if self.period is not None and self.period.strength >= CLEAR:
            self._decoder.expect(_at_cycle(self._durations, round(self.period.cycle_s / CYCLE_STEP_S)))


def decode_whole(log_probabilities: F64, durations: Durations) -> list[tuple[float, int]]:
    """Onsets in a whole recording, with all of it in view: (frame, index into `STATES`) for each, frames with a fraction.

    log_probabilities: float64 (n, 4), of frames of 20 ms. The same decoder without a lag, at the recording's own rate.
    """
    expected = _bounded(durations)
    period = _period(log_probabilities) if len(log_probabilities) >= PERIOD_FROM else None
    if period is not None and period.strength >= CLEAR:
        expected = _at_cycle(expected, round(period.cycle_s / CYCLE_STEP_S))
    decoder = LaggedDecoder(expected, FRAME_S, len(log_probabilities) + 1, EVIDENCE)
    found = [*decoder.process(log_probabilities), *decoder.flush()]
    return [
        (edge(log_probabilities, one.boundary, one.state) + EDGE_FRAMES + FADING_FRAMES[one.state], one.state)
        for one in found
    ]


def edge(log_probabilities: F64, boundary: int, state: int) -> float:
    """A boundary between two frames to a fraction: each of the two counts for the old state by the share it still gives it."""
    shares = 0.0
    for frame in (boundary - 1, boundary):
        old, new = np.exp(log_probabilities[frame, [state - 1, state]])
        shares += float(old / (old + new + 1e-12))
    return boundary + shares - 1.0


def _period(log_probabilities: F64) -> Period | None:
    """Frames of 20 ms are taken two by two: a period needs no more, and costs a quarter."""
    pairs = log_probabilities[: len(log_probabilities) // 2 * 2].reshape(-1, 2, len(STATES))
    return period_of(np.exp(pairs).mean(axis=1).T, 2 * FRAME_S)


@lru_cache(maxsize=256)
def _at_cycle(durations: Durations, steps: int) -> Durations:
    return _bounded(durations.at_cycle(steps * CYCLE_STEP_S))


def _bounded(durations: Durations) -> Durations:
    """With the one longest diastole: what a path may be can't change while paths are compared."""
    return replace(durations, diastole=replace(durations.diastole, max_s=LONGEST_DIASTOLE_S))
