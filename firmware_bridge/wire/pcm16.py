"""PCM16: little-endian int16, the channels of one instant side by side (docs/protocol.md, rule A5)."""

import numpy as np
import numpy.typing as npt


def payload_bytes(channels: int, samples: int) -> int:
    return 2 * channels * samples


def encode(pcm: npt.NDArray[np.int16]) -> bytes:
    """int16 (channels, samples) to a payload."""
    return np.ascontiguousarray(pcm.T).astype("<i2", copy=False).tobytes()


def decode(payload: bytes, channels: int, samples: int) -> npt.NDArray[np.int16]:
    """A payload to int16 (channels, samples)."""
    flat = np.frombuffer(payload, "<i2", channels * samples)
    return flat.reshape(1, samples) if channels == 1 else np.ascontiguousarray(flat.reshape(samples, channels).T)
