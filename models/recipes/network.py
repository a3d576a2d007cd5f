"""The murmur network: plain 3x3 convolutions, a dilated stack over time, and pooling that follows the heart's phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from dataset import LABELS, STATES, TIMINGS
from torch import Tensor, nn

from stetho.dsp.mel import N_MELS

EMBEDDING = 32
_SYSTOLE, _DIASTOLE = STATES.index("systole"), STATES.index("diastole")


class Outputs(NamedTuple):
    """Logits of the murmur ``(N, 3)`` and the states ``(N, 4, 125)``, the pooled embedding ``(N, 32)``, and the logits of
    systolic and of diastolic ``(N, 2)``: a murmur may be both."""

    murmur: Tensor
    states: Tensor
    embedding: Tensor
    timing: Tensor


@dataclass(frozen=True)
class Shape:
    """How wide the network is: channels of the four band convolutions, and of the stack over time."""

    bands: tuple[int, int, int, int] = (24, 32, 48, 48)
    channels: int = 96
    dropout: float = 0.3


class Normalise(nn.Module):
    """Subtract the window's own mean, then what is constant about each band.

    A gain is an addition to every log-mel, so the first step makes the score independent of loudness. Loudness alone
    tells the classes of the training data apart (AUROC 0.61), and it belongs to the device, not to the heart.
    """

    band_mean: Tensor
    scale: Tensor

    def __init__(self, band_mean: Tensor, deviation: float) -> None:
        super().__init__()
        self.register_buffer("band_mean", band_mean.reshape(1, 1, N_MELS, 1))
        self.register_buffer("scale", torch.tensor(1.0 / deviation))

    def forward(self, log_mel: Tensor) -> Tensor:
        level = log_mel.mean(dim=(2, 3), keepdim=True)
        return (log_mel - level - self.band_mean) * self.scale


class Block(nn.Module):
    """Convolution, batch normalisation, ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]
    ) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.convolution(x)))


class TimeBlock(nn.Module):
    """A residual convolution over time alone; dilation widens what one frame sees to several beats."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, channels, (1, 5), 1, (0, 2 * dilation), (1, dilation), bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.relu(self.norm(self.convolution(x)))


class Network(nn.Module):
    """About 200,000 parameters and 50 million multiplications a window."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        (one, two, three, four), channels = shape.bands, shape.channels
        self.bands = nn.Sequential(
            Block(1, one, (3, 3), (2, 1), (1, 1)),
            Block(one, two, (3, 3), (2, 2), (1, 1)),
            Block(two, three, (3, 3), (2, 1), (1, 1)),
            Block(three, four, (3, 3), (1, 1), (1, 1)),
            Block(four, channels, (5, 1), (1, 1), (0, 0)),
        )
        self.time = nn.Sequential(TimeBlock(channels, 1), TimeBlock(channels, 2), TimeBlock(channels, 4))
        self.states = nn.Conv2d(channels, len(STATES), 1)
        self.attention = nn.Conv2d(channels, 1, 1)
        self.embed = nn.Linear(4 * channels, EMBEDDING)
        self.dropout = nn.Dropout(shape.dropout)
        self.murmur = nn.Linear(EMBEDDING, len(LABELS))
        self.timing = nn.Linear(4 * channels, len(TIMINGS))

    def forward(self, x: Tensor) -> Outputs:
        """``x``: normalised log-mels ``(N, 1, 40, 250)``."""
        h = self.time(self.bands(x))
        states = self.states(h)
        # Where in the beat something sounds is what makes it a murmur. The murmur loss must not bend the phases: detach.
        phase = torch.softmax(states.detach(), dim=1)
        attention = torch.softmax(self.attention(h), dim=3)
        pooled = torch.cat(
            [
                (h * attention).sum(dim=(2, 3)),
                _phase_mean(h, phase[:, _SYSTOLE : _SYSTOLE + 1]),
                _phase_mean(h, phase[:, _DIASTOLE : _DIASTOLE + 1]),
                h.amax(dim=(2, 3)),
            ],
            dim=1,
        )
        pooled = self.dropout(pooled)
        embedding = torch.relu(self.embed(pooled))
        return Outputs(self.murmur(embedding), states.squeeze(2), embedding, self.timing(pooled))


def _phase_mean(h: Tensor, phase: Tensor) -> Tensor:
    return (h * phase).sum(dim=(2, 3)) / (phase.sum(dim=(2, 3)) + 1.0)


class Whiten(nn.Module):
    """Turn an embedding so that over the training windows each number has mean 0 and variance 1.

    The root mean square of what comes out is then a Mahalanobis distance: how unlike the training data a window is.
    """

    centre: Tensor
    rotation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(EMBEDDING))
        self.register_buffer("rotation", torch.eye(EMBEDDING))

    def fit(self, embeddings: Tensor) -> None:
        """Take centre and axes from raw embeddings ``(windows, 32)``."""
        centred = embeddings - embeddings.mean(dim=0)
        values, axes = torch.linalg.eigh(centred.T @ centred / len(centred))
        # A direction that training never moved in must not become an alarm: bound its scale by the typical one.
        scale = values.clamp_min(0.01 * float(values.mean())).rsqrt()
        self.centre.copy_(embeddings.mean(dim=0))
        self.rotation.copy_(axes * scale)

    def forward(self, embedding: Tensor) -> Tensor:
        return (embedding - self.centre) @ self.rotation


class Complete(nn.Module):
    """What is exported: raw log-mels in, `Outputs` out."""

    def __init__(self, normalise: Normalise, network: Network) -> None:
        super().__init__()
        self.normalise = normalise
        self.network = network
        self.whiten = Whiten()

    def forward(self, log_mel: Tensor) -> Outputs:
        outputs: Outputs = self.network(self.normalise(log_mel))
        return Outputs(outputs.murmur, outputs.states, self.whiten(outputs.embedding), outputs.timing)
