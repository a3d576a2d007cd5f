"""Random 5 s windows of the training recordings, changed by `augment`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import augment
import numpy as np
import numpy.typing as npt
import torch
from dataset import LABELS, UNANNOTATED
from features import WINDOW_FRAMES, Features
from no_heart import no_heart, voice
from synthetic import with_murmur
from targets import Targets
from torch import Tensor

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

PHASES = ("systole", "diastole")  # in the order of `dataset.TIMINGS`
ENOUGH_ANNOTATED = 0.6  # of a window, for a made murmur to be heard in it


@dataclass(frozen=True)
class Variety:
    """How strongly windows are changed."""

    stretch: float = 0.2  # standard deviation of the log of the tempo
    stretch_share: float = 0.5
    noise_share: float = 0.6  # share of windows with another sound under them: steady noise, or, of these,
    noise_db: tuple[float, float] = (3.0, 33.0)  # how much louder the window is than that sound
    drowning: bool = True  # whether a murmur's band full of noise makes a window one that nobody can judge, wholly so
    drowned_db: tuple[float, float] = (0.0, 6.0)  # at the second: how much louder the noise is there than the heart
    room_share: float = 0.25  # a recorded room sound
    voice_share: float = 0.15  # a made voice
    response: float = 1.0  # size of the random device response; 0 turns it off
    made_share: float = 0.4  # share of annotated windows without a murmur that get a made one; of these,
    made_diastolic: float = 0.65  # in diastole alone,
    made_systolic: float = 0.15  # in systole alone, the rest in both
    made_second: float = 0.1  # share of annotated windows with a systolic murmur that get a diastolic one beside it
    no_heart_share: float = 0.05  # share of windows that hold no heart at all


class Batch(NamedTuple):
    """Raw log-mels ``(n, 1, mels, 250)``, state labels ``(n, 125)``, soft murmur labels, timings and their weights."""

    log_mel: Tensor
    states: Tensor
    labels: Tensor
    timings: Tensor
    weights: Tensor


class Batches:
    """An endless source of training batches; all its randomness is in two generators of one seed."""

    def __init__(
        self,
        features: Features,
        rows: Sequence[int],
        targets: Targets,
        rooms: Float32,
        variety: Variety,
        seed: int,
    ) -> None:
        self._features = features
        self._rows = np.asarray(rows)
        self._draws = targets.draws[self._rows] / targets.draws[self._rows].sum()
        self._targets = targets
        self._rooms = rooms
        self._variety = variety
        self._numpy = np.random.default_rng(seed)
        self._torch = torch.Generator().manual_seed(seed)

    def state(self) -> dict[str, object]:
        """The generators, for a run that is taken up again."""
        return {"numpy": self._numpy.bit_generator.state, "torch": self._torch.get_state()}

    def restore(self, state: dict[str, object]) -> None:
        """Continue from `state`."""
        self._numpy.bit_generator.state = state["numpy"]  # type: ignore[assignment]
        self._torch.set_state(state["torch"])  # type: ignore[arg-type]

    def draw(self, size: int) -> Batch:
        """The next batch."""
        rows = self._numpy.choice(self._rows, size, p=self._draws)
        frames = np.stack([self._frames(int(row)) for row in rows])
        states = np.asarray(self._features.states[frames[:, ::2] // 2]).astype(np.int64)
        labels, weights = self._targets.labels[rows], self._targets.weights[rows]
        timings = self._targets.timings[rows]
        log_mel = np.asarray(self._features.log_mel[frames])
        self._make_murmurs(log_mel, states, labels, weights, timings)
        for place in np.flatnonzero(self._numpy.random(size) < self._variety.no_heart_share):
            log_mel[place] = no_heart(WINDOW_FRAMES, self._room(), self._numpy)
            states[place] = UNANNOTATED
            labels[place], weights[place] = self._targets.cannot_judge, self._targets.made_weight
            timings[place] = np.nan
        places = np.flatnonzero(self._numpy.random(size) < self._variety.noise_share)
        mixed = augment.with_gain(self._among_noise(np.exp(log_mel), labels, timings, places), self._torch)
        mixed = mixed + self._variety.response * augment.device_response(size, self._torch)
        return Batch(
            mixed.transpose(1, 2)[:, None],
            torch.from_numpy(states),
            torch.from_numpy(labels),
            torch.from_numpy(timings),
            torch.from_numpy(weights),
        )

    def _among_noise(self, power: Float32, labels: Float32, timings: Float32, places: Int64) -> Tensor:
        """Mel power with another sound under the windows at ``places``, whose labels change as far as it hides the heart."""
        mixed = torch.from_numpy(power)
        noise = augment.under(mixed[places], self._other_sounds(len(places)), self._variety.noise_db, self._torch)
        if self._variety.drowning:
            hidden = augment.drowned(mixed[places], noise, self._variety.drowned_db).numpy()
            labels[places] += hidden[:, None] * (self._targets.cannot_judge - labels[places])
            timings[places[hidden > 0.5]] = np.nan
        mixed[places] += noise
        return mixed

    def _other_sounds(self, count: int) -> Tensor:
        """Mel power of what else the chest piece hears."""
        sounds = augment.coloured_noise(count, WINDOW_FRAMES, self._torch)
        for place, chance in enumerate(self._numpy.random(count)):
            if chance < self._variety.room_share:
                sounds[place] = torch.from_numpy(self._room())
            elif chance > 1.0 - self._variety.voice_share:
                sounds[place] = torch.from_numpy(voice(WINDOW_FRAMES, self._numpy))
        return sounds

    def _make_murmurs(
        self, log_mel: Float32, states: Int64, labels: Float32, weights: Float32, timings: Float32
    ) -> None:
        """Put made murmurs under some of the windows, in place, and change their labels."""
        variety = self._variety
        for place, chance in enumerate(self._numpy.random(len(log_mel))):
            if (states[place] != UNANNOTATED).mean() <= ENOUGH_ANNOTATED or weights[place] < 1.0:
                continue
            silent = labels[place].argmax() == LABELS.index("absent")
            phases: tuple[str, ...] = ()
            if silent and chance < variety.made_share:
                phases = self._phases()
            elif tuple(timings[place]) == (1.0, 0.0) and chance < variety.made_second:
                phases = ("diastole",)
            for phase in phases:
                power = with_murmur(np.exp(log_mel[place]), states[place].repeat(2), phase, self._numpy)
                log_mel[place] = np.log(power)
                timings[place, PHASES.index(phase)] = 1.0
            if phases:
                labels[place], weights[place] = self._targets.made_murmur, self._targets.made_weight

    def _phases(self) -> tuple[str, ...]:
        chance = self._numpy.random() - self._variety.made_diastolic
        if chance < 0.0:
            return ("diastole",)
        return ("systole",) if chance < self._variety.made_systolic else PHASES

    def _frames(self, row: int) -> Int64:
        """Indices of 250 frames of one recording; picking them at another pace changes the heart rate, not the pitch."""
        start, length = int(self._features.starts[row]), int(self._features.lengths[row])
        pace = 1.0
        if self._numpy.random() < self._variety.stretch_share:
            pace = float(np.exp(self._variety.stretch * self._numpy.standard_normal()))
        pace = min(pace, (length - 2) / WINDOW_FRAMES)
        room = length - 1 - int(pace * (WINDOW_FRAMES - 1))
        first = start + 2 * int(self._numpy.integers(0, max(1, room // 2)))
        return first + (pace * np.arange(WINDOW_FRAMES)).astype(np.int64)

    def _room(self) -> Float32:
        """A window of the mel power of a recorded room sound; a short clip goes round."""
        clip = self._rooms[int(self._numpy.integers(len(self._rooms)))]
        rolled = np.roll(clip, int(self._numpy.integers(WINDOW_FRAMES)), axis=0)
        return np.asarray(rolled, np.float32)
