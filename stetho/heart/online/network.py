"""A small causal network that says which of the four states a heart is in, frame by frame, 160 ms late."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stetho.dsp.mel import N_MELS
from stetho.heart.durations import STATES
from stetho.stream import Samples

TAPS = 3
LARGEST = 256
"""Most channels, blocks and frames between taps of a network that is run here."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A stack of causal convolutions over time, batch normalisation folded in. All float32, contiguous.

    first: (3, 40, channels), blocks: (n, 3, channels, channels), taps from the oldest frame to the newest; each block adds
    relu(convolution) to what it got, its taps `dilations` frames apart. last: (channels, 4).
    look_ahead: how many frames of 20 ms later a frame is spoken of. Raises ValueError for weights that don't fit together.
    """

    first: Samples
    first_bias: Samples
    blocks: Samples
    block_bias: Samples
    last: Samples
    last_bias: Samples
    dilations: tuple[int, ...]
    look_ahead: int

    def __post_init__(self) -> None:
        channels, blocks = self.first_bias.size, len(self.dilations)
        shapes = {
            "first": (TAPS, N_MELS, channels),
            "first_bias": (channels,),
            "blocks": (blocks, TAPS, channels, channels),
            "block_bias": (blocks, channels),
            "last": (channels, len(STATES)),
            "last_bias": (len(STATES),),
        }
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
                raise ValueError(f"{name} must be finite float32 {shape}, not {array.dtype} {array.shape}")
        bounded = (channels, blocks, self.look_ahead, *self.dilations)
        if not all(1 <= number <= LARGEST for number in bounded):
            raise ValueError(f"channels, blocks, look-ahead and dilations must lie in 1..{LARGEST}")


class CausalStates:
    """Runs `Weights` over a stream of log-mel frames with carried state: every cut of it gives the same bits."""

    def __init__(self, weights: Weights) -> None:
        from stetho.heart.online._kernels import causal_network, level_frames  # compiled code is loaded on first use

        self._level_frames, self._causal_network = level_frames, causal_network
        self._layers = (
            weights.first,
            weights.first_bias,
            weights.blocks,
            weights.block_bias,
            np.asarray(weights.dilations, np.int64),
            weights.last,
            weights.last_bias,
        )
        channels, blocks = weights.first_bias.size, len(weights.dilations)
        self._level = np.zeros(N_MELS, np.float32)
        self._heard = np.zeros((2, N_MELS), np.float32)
        self._passed = np.zeros((blocks, 2 * max(weights.dilations), channels), np.float32)
        self._levelled_frames = self._at = 0
        self.reset()

    def process(self, log_mel: Samples) -> Samples:
        """Log-mel frames, float32 (40, k), to logits, float32 (k, 4): column i of them speaks of frame i - look_ahead.

        A frame that is not a number counts as one that says nothing.
        """
        frames = np.ascontiguousarray(log_mel.T, np.float32)
        levelled = np.empty_like(frames)
        logits = np.empty((frames.shape[0], len(STATES)), np.float32)
        self._levelled_frames = self._level_frames(frames, self._level, self._levelled_frames, levelled)
        self._at = self._causal_network(levelled, *self._layers, self._at, self._heard, self._passed, logits)
        return logits

    def reset(self) -> None:
        """Starts again from silence."""
        self._level[:] = self._heard[:] = self._passed[:] = 0.0
        self._levelled_frames = self._at = 0


def log_probabilities(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(n, 4) to float64 (n, 4); a row that is not a number gives four alike."""
    values = np.where(np.isfinite(logits).all(axis=1, keepdims=True), logits, 0.0).astype(np.float64)
    shifted = values - values.max(axis=1, initial=-np.inf, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
