"""Changes to a batch of log-mels that leave the label true: another device, another room, another heart rate."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from stetho.dsp.mel import FLOOR, N_MELS

DB = math.log(10.0) / 10.0  # one decibel, in the natural-log power units of a log-mel


def device_response(batch: int, generator: torch.Generator) -> Tensor:
    """A smooth random gain over the bands, in log-power, ``(batch, 1, N_MELS)``.

    Half-cosines of falling size: a tilt of about 4 dB, a bow of about 3 dB, then ripples. Published responses of
    electronic stethoscopes differ by more than that from one another; the network has no reason to know which it hears.
    """
    bands = torch.linspace(0.0, math.pi, N_MELS)
    orders = torch.arange(1, 7, dtype=torch.float32)
    sizes = DB * 6.0 / orders
    weights = torch.randn(batch, len(orders), generator=generator) * sizes
    return (weights @ torch.cos(orders[:, None] * bands[None, :]))[:, None, :]


def coloured_noise(batch: int, frames: int, generator: torch.Generator) -> Tensor:
    """The mel power of stationary noise of a random smooth colour, mean about 1, ``(batch, frames, N_MELS)``."""
    # A band of white noise sums a few bins: its power is spread like a gamma variable. Two exponentials come close.
    spread = torch.empty(2, batch, frames, N_MELS).exponential_(generator=generator).mean(dim=0)
    tilt = torch.linspace(1.0, -1.0, N_MELS) * torch.rand(batch, 1, 1, generator=generator) * 14.0 * DB
    return spread * torch.exp(tilt + 0.5 * device_response(batch, generator))


def with_noise_and_gain(log_mel: Tensor, places: Tensor, noise: Tensor, generator: torch.Generator) -> Tensor:
    """Add ``noise`` (mel power) to the windows at ``places``, 8-35 dB below the sound; then a gain of -20 to 6 dB to all.

    Powers add; the floor of the front end is applied again, because it is what a quiet device meets.
    """
    power = torch.exp(log_mel)
    ratio_db = 8.0 + 27.0 * torch.rand(len(places), 1, 1, generator=generator)
    level = power[places].mean(dim=(1, 2), keepdim=True) / noise.mean(dim=(1, 2), keepdim=True).clamp_min(FLOOR)
    power[places] += noise * level * torch.exp(-DB * ratio_db)
    gain = torch.exp(DB * (-20.0 + 26.0 * torch.rand(len(power), 1, 1, generator=generator)))
    return torch.log(power * gain + FLOOR)


def mask(normalised: Tensor, generator: torch.Generator) -> Tensor:
    """SpecAugment: up to two blank stripes of bands and two of time in each window, ``(batch, 1, N_MELS, frames)``."""
    batch, _, bands, frames = normalised.shape
    for axis, length, widest in ((2, bands, 7), (3, frames, 30)):
        positions = torch.arange(length)
        for _ in range(2):
            width = torch.rand(batch, 1, generator=generator) * widest
            width = width * (torch.rand(batch, 1, generator=generator) < 0.5)
            start = torch.rand(batch, 1, generator=generator) * (length - width)
            keep = (positions < start) | (positions >= start + width)
            shape = [batch, 1, 1, 1]
            shape[axis] = length
            normalised = normalised * keep.reshape(shape)
    return normalised
