"""Changes to a batch of log-mels that leave the label true: another device, another room, another heart rate."""

from __future__ import annotations

import math

import torch
from synthetic import CENTRES_HZ
from torch import Tensor

from stetho.dsp.mel import FLOOR, N_MELS

DB = math.log(10.0) / 10.0  # one decibel, in the natural-log power units of a log-mel
CENTRES = torch.from_numpy(CENTRES_HZ / 100.0).float()
MURMUR_BANDS = torch.from_numpy((CENTRES_HZ > 100.0) & (CENTRES_HZ < 500.0))


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
    """The mel power of stationary noise of a random smooth colour, mean about 1, ``(batch, frames, N_MELS)``.

    Flat to 9 dB an octave, as fans, rain, hiss and traffic fall, and bent as a device response would bend it.
    """
    # A band of white noise sums a few bins: its power is spread like a gamma variable. Two exponentials come close.
    spread = torch.empty(2, batch, frames, N_MELS).exponential_(generator=generator).mean(dim=0)
    slope = 3.0 * torch.rand(batch, 1, 1, generator=generator)
    return spread * CENTRES**-slope * torch.exp(0.5 * device_response(batch, generator))


def under(power: Tensor, noise: Tensor, ratio_db: tuple[float, float], generator: torch.Generator) -> Tensor:
    """``noise`` (mel power) so much quieter than each window of ``power``, ``(n, frames, N_MELS)`` both."""
    low, high = ratio_db
    ratio = low + (high - low) * torch.rand(len(power), 1, 1, generator=generator)
    level = power.mean(dim=(1, 2), keepdim=True) / noise.mean(dim=(1, 2), keepdim=True).clamp_min(FLOOR)
    return noise * level * torch.exp(-DB * ratio)


def drowned(power: Tensor, noise: Tensor, louder_db: tuple[float, float]) -> Tensor:
    """How far a noise hides what a murmur would be heard in (100-500 Hz), ``(n,)``: 0 where it is at most the first of
    ``louder_db`` louder there than all of the heart, 1 from the second on."""
    begins, ends = louder_db
    heart = power[..., MURMUR_BANDS].mean(dim=(1, 2))
    found_db = torch.log(noise[..., MURMUR_BANDS].mean(dim=(1, 2)) / heart) / DB
    return ((found_db - begins) / (ends - begins)).clamp(0.0, 1.0)


def with_gain(power: Tensor, generator: torch.Generator) -> Tensor:
    """Log-mels after a gain of -20 to 6 dB; the floor of the front end is what a quiet device meets."""
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
