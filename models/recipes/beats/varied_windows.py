"""Random 5 s windows around annotated spans, in another room, at another rate, on another device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import augment
import numpy as np
import numpy.typing as npt
import torch
from causal_network import LOOK_AHEAD
from dataset import UNANNOTATED, Recording
from features import WINDOW_FRAMES, Features
from frame_labels import labels
from no_heart import no_heart, voice
from torch import Tensor

from stetho.heart.online._kernels import level_frames

Float32 = npt.NDArray[np.float32]
Int8 = npt.NDArray[np.int8]

DIASTOLE = 3
NOISE_DB = (8.0, 35.0)  # how much louder a window is than the sound under it
NOBODY_THERE = 4  # a label of its own: no heart at all, where every state is as likely


@dataclass(frozen=True)
class Variety:
    """How strongly windows are changed."""

    stretch: float = 0.25  # standard deviation of the log of the tempo,
    stretch_share: float = 0.5  # in this share of windows
    rest: float = 0.6  # the same of the diastole alone: a slow heart rests longer
    rest_share: float = 0.3
    noise_share: float = 0.5
    room_share: float = 0.35
    voice_share: float = 0.15
    no_heart_share: float = 0.06


class Batches:
    """An endless source of batches from one seed."""

    def __init__(
        self,
        rows: Sequence[Recording],
        features: Features,
        intervals: Mapping[str, Sequence[tuple[float, float, int]]],
        chosen: Sequence[int],
        rooms: Float32,
        variety: Variety,
        seed: int,
    ) -> None:
        self._mels: list[Float32] = []
        self._labels: list[Int8] = []
        for index in chosen:
            spans = intervals.get(rows[index].name)
            if spans:
                start, length = int(features.starts[index]), int(features.lengths[index])
                self._mels.append(np.asarray(features.log_mel[start : start + length]))
                self._labels.append(labels(spans, length))
        annotated = np.array([(track != UNANNOTATED).sum() for track in self._labels], float)
        self._draws = annotated / annotated.sum()
        self._rooms, self._variety = rooms, variety
        self._numpy = np.random.default_rng(seed)
        self._torch = torch.Generator().manual_seed(seed)

    @property
    def annotated_frames(self) -> int:
        return int(sum((track != UNANNOTATED).sum() for track in self._labels))

    def draw(self, size: int) -> tuple[Tensor, Tensor]:
        """Levelled log-mels ``(size, mels, 250)`` and labels ``(size, 250)``, moved by the look-ahead."""
        log_mel = np.empty((size, WINDOW_FRAMES, self._mels[0].shape[1]), np.float32)
        truth = np.empty((size, WINDOW_FRAMES), np.int64)
        for place, row in enumerate(self._numpy.choice(len(self._mels), size, p=self._draws)):
            frames = self._frames(self._labels[row])
            log_mel[place], truth[place] = self._mels[row][frames], self._labels[row][frames]
        for place in np.flatnonzero(self._numpy.random(size) < self._variety.no_heart_share):
            log_mel[place] = no_heart(WINDOW_FRAMES, self._room(), self._numpy)
            truth[place] = NOBODY_THERE
        places = np.flatnonzero(self._numpy.random(size) < self._variety.noise_share)
        power = torch.exp(torch.from_numpy(log_mel))
        power[places] += augment.under(power[places], self._other_sounds(len(places)), NOISE_DB, self._torch)
        mixed = augment.with_gain(power, self._torch).numpy()
        delayed = np.full_like(truth, UNANNOTATED)
        delayed[:, LOOK_AHEAD:] = truth[:, :-LOOK_AHEAD]
        return torch.from_numpy(_levelled(mixed)).transpose(1, 2), torch.from_numpy(delayed)

    def _frames(self, track: Int8) -> npt.NDArray[np.int64]:
        """Places in a recording at a random tempo, with a random rest, around an annotated frame."""
        variety, random = self._variety, self._numpy
        lasting = np.ones(len(track))
        if random.random() < variety.stretch_share:
            lasting *= np.exp(variety.stretch * random.standard_normal())
        if random.random() < variety.rest_share:
            lasting[track == DIASTOLE] *= np.exp(variety.rest * random.standard_normal())
        stops = np.cumsum(lasting)
        total = int(stops[-1])
        if total < WINDOW_FRAMES:
            stops *= (WINDOW_FRAMES + 1) / total
            total = WINDOW_FRAMES
        heard = stops[random.choice(np.flatnonzero(track != UNANNOTATED))]
        begin = float(np.clip(heard - random.uniform(0, WINDOW_FRAMES), 0, total - WINDOW_FRAMES))
        return np.minimum(np.searchsorted(stops, begin + np.arange(WINDOW_FRAMES), side="right"), len(track) - 1)

    def _other_sounds(self, count: int) -> Tensor:
        sounds = augment.coloured_noise(count, WINDOW_FRAMES, self._torch)
        for place, chance in enumerate(self._numpy.random(count)):
            if chance < self._variety.room_share:
                sounds[place] = torch.from_numpy(self._room())
            elif chance > 1.0 - self._variety.voice_share:
                sounds[place] = torch.from_numpy(voice(WINDOW_FRAMES, self._numpy))
        return sounds

    def _room(self) -> Float32:
        clip = self._rooms[int(self._numpy.integers(len(self._rooms)))]
        return np.roll(clip, int(self._numpy.integers(WINDOW_FRAMES)), axis=0)


def _levelled(log_mel: Float32) -> Float32:
    """Each window by the product's own kernel, from a fresh start as after a gap."""
    out = np.empty_like(log_mel)
    for window, place in zip(np.ascontiguousarray(log_mel), out, strict=True):
        level_frames(window, np.zeros(window.shape[1], np.float32), 0, place)
    return out
