"""The codecs of AUDIO, by their number on the wire."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from firmware_bridge.wire import adpcm, pcm16


class Codec(IntEnum):
    """How a packet's samples are packed; bit `1 << codec` in CAPABILITIES says that a device has it."""

    PCM16 = 0
    IMA_ADPCM = 1


def payload_bytes(codec: Codec, channels: int, samples: int) -> int:
    """How long the payload of a packet is."""
    if codec is Codec.PCM16:
        return pcm16.payload_bytes(channels, samples)
    return adpcm.payload_bytes(channels, samples)


def decode(codec: Codec, payload: bytes, channels: int, samples: int) -> npt.NDArray[np.int16]:
    """A payload's samples, int16 (channels, samples)."""
    if codec is Codec.PCM16:
        return pcm16.decode(payload, channels, samples)
    return adpcm.decode(payload, channels, samples)
