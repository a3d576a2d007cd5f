"""What is played and scored where samples never came."""

import numpy as np

from stetho.stream import Samples


def conceal(past: Samples, future: Samples, length: int) -> Samples:
    """Fills `length` samples between two pieces: both mirrored at the hole's edges and cross-faded, cosine squared.

    The mirror makes both edges continuous without inventing a click that a detector could take for a heart sound; in
    the middle of a long hole the two halves add up to what the surroundings hold. Where nothing is known on one side
    (the stream's begin or end), that side counts as silence. Float32 (channels, length) from float32 (channels, n).
    """
    fade = np.cos(np.pi / 2 * (np.arange(length) + 1) / (length + 1)) ** 2
    fade_out = fade.astype(np.float32)
    return _mirrored(past[:, ::-1], length) * fade_out + _mirrored(future, length)[:, ::-1] * fade_out[::-1]


def _mirrored(outward: Samples, length: int) -> Samples:
    """Samples read away from an edge, back and forth until there are `length` of them."""
    known = outward.shape[1]
    if known == 0:
        return np.zeros((outward.shape[0], length), np.float32)
    turn = np.arange(length) % (2 * known)
    return outward[:, np.where(turn < known, turn, 2 * known - 1 - turn)]
