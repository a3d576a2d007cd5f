"""The states network: causal convolutions over levelled log-mels, the same sums as the product's compiled kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from stetho.dsp.mel import N_MELS

Float32 = npt.NDArray[np.float32]

LOOK_AHEAD = 8  # frames of 20 ms: what is said of a frame is said 160 ms later
DILATIONS = (1, 2, 4, 8, 16, 32)  # 128 frames are seen: 2.4 s of the past
CHANNELS = 40
STATES = 4


@dataclass(frozen=True)
class Weights:
    """The network as the product runs it, batch normalisation folded in; taps from the oldest frame to the newest."""

    first: Float32  # (3, mels, channels)
    first_bias: Float32
    blocks: Float32  # (blocks, 3, channels, channels)
    block_bias: Float32
    last: Float32  # (channels, states)
    last_bias: Float32


class Causal(nn.Module):
    """Convolution over the present frame and two earlier ones, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, dilation: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(inputs, outputs, 3, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(outputs)
        self.reach = 2 * dilation

    def forward(self, x: Tensor) -> Tensor:
        """``x``: ``(N, inputs, frames)``."""
        return torch.relu(self.norm(self.convolution(nn.functional.pad(x, (self.reach, 0)))))

    def folded(self) -> tuple[Float32, Float32]:
        """Weights ``(3, inputs, outputs)`` and bias of convolution and normalisation together."""
        scale = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        weight = self.convolution.weight * scale[:, None, None]
        bias = self.norm.bias - self.norm.running_mean * scale
        return weight.permute(2, 1, 0).detach().numpy(), bias.detach().numpy()


class Network(nn.Module):
    """About 34,000 parameters; frame ``t`` of what comes out speaks of frame ``t - LOOK_AHEAD``."""

    def __init__(self, channels: int = CHANNELS) -> None:
        super().__init__()
        self.first = Causal(N_MELS, channels, 1)
        self.blocks = nn.ModuleList(Causal(channels, channels, dilation) for dilation in DILATIONS)
        self.last = nn.Conv1d(channels, STATES, 1)

    def forward(self, levelled: Tensor) -> Tensor:
        """``(N, mels, frames)`` to logits ``(N, 4, frames)``."""
        x = self.first(levelled)
        for block in self.blocks:
            x = x + block(x)
        return self.last(x)

    def weights(self) -> Weights:
        """Rounded to 16 bits, as they are shipped."""
        first, first_bias = self.first.folded()
        blocks = [block.folded() for block in self.blocks]
        last = self.last.weight[:, :, 0].T.detach().numpy()
        arrays = (
            first,
            first_bias,
            np.stack([weight for weight, _ in blocks]),
            np.stack([bias for _, bias in blocks]),
            last,
            self.last.bias.detach().numpy(),
        )
        return Weights(*(np.ascontiguousarray(array.astype(np.float16).astype(np.float32)) for array in arrays))
