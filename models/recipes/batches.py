"""Random 5 s windows of the training recordings, changed by `augment`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import augment
import numpy as np
import numpy.typing as npt
import torch
from features import STATE_FRAMES, WINDOW_FRAMES, Features
from targets import Targets
from torch import Tensor

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Variety:
    """How strongly windows are changed."""

    stretch: float = 0.15  # standard deviation of the log of the tempo
    stretch_share: float = 0.5
    room_share: float = 0.15  # share of windows with a recorded room sound under them
    noise_share: float = 0.25  # share with made noise, recorded or not
    response: float = 1.0  # size of the random device response; 0 turns it off
    mixup_share: float = 0.0  # share of batches whose windows are blended in pairs


class Batch(NamedTuple):
    """Raw log-mels ``(n, 1, mels, 250)``, state labels ``(n, 125)``, soft murmur labels and their weights."""

    log_mel: Tensor
    states: Tensor
    labels: Tensor
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
        log_mel = torch.from_numpy(np.asarray(self._features.log_mel[frames]))
        noise = augment.coloured_noise(size, WINDOW_FRAMES, self._torch)
        for place in np.flatnonzero(self._numpy.random(size) < self._variety.room_share):
            noise[int(place)] = torch.from_numpy(self._room())
        log_mel = augment.with_noise_and_gain(log_mel, noise, self._variety.noise_share, self._torch)
        log_mel = log_mel + self._variety.response * augment.device_response(size, self._torch)
        states = np.asarray(self._features.states[frames[:, ::2] // 2]).astype(np.int64)
        batch = Batch(
            log_mel.transpose(1, 2)[:, None],
            torch.from_numpy(states),
            torch.from_numpy(self._targets.labels[rows]),
            torch.from_numpy(self._targets.weights[rows]),
        )
        return self._blend(batch) if self._numpy.random() < self._variety.mixup_share else batch

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

    def _blend(self, batch: Batch) -> Batch:
        """Mixup in power: two hearts sound at once, labels by their shares; the phases are those of the louder one."""
        share = float(self._numpy.beta(0.4, 0.4))
        share = max(share, 1.0 - share)
        other = torch.from_numpy(self._numpy.permutation(len(batch.labels)))
        level = batch.log_mel.mean(dim=(1, 2, 3), keepdim=True)
        centred = batch.log_mel - level
        mixed = torch.logaddexp(centred + np.log(share), centred[other] + np.log(1.0 - share + 1e-6))
        weights = share * batch.weights + (1.0 - share) * batch.weights[other]
        labels = share * batch.weights[:, None] * batch.labels
        labels = labels + (1.0 - share) * batch.weights[other, None] * batch.labels[other]
        labels = labels / weights.clamp_min(1e-6)[:, None]
        states = batch.states if share > 0.8 else torch.full_like(batch.states, -1)
        return Batch(mixed, states, labels, weights)


assert WINDOW_FRAMES == 2 * STATE_FRAMES
