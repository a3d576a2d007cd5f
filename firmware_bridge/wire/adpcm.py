"""IMA-ADPCM: 4 bits a sample; each packet carries the state it starts from (docs/protocol.md, rule A6).

Layout, channel after channel: predictor int16, index u8 (0 to 88), one zero byte, then the nibbles, low one first; an
odd number of samples leaves the last high nibble 0.
"""

from dataclasses import dataclass
from struct import Struct

import numpy as np
import numpy.typing as npt

_STATE = Struct("<hBB")
_LAST_INDEX = 88


@dataclass(frozen=True, slots=True)
class AdpcmState:
    """What a coder carries from one sample to the next: the predicted int16, and the index of the step (0 to 88)."""

    predictor: int = 0
    index: int = 0


def payload_bytes(channels: int, samples: int) -> int:
    return channels * (_STATE.size + (samples + 1) // 2)


class AdpcmEncoder:
    """One stream's encoder; it goes on from packet to packet, the packets stand alone."""

    def __init__(self, channels: int) -> None:
        self._states = [AdpcmState()] * channels

    def encode(self, pcm: npt.NDArray[np.int16]) -> bytes:
        """int16 (channels, samples) to a payload."""
        payload = bytearray()
        for channel, samples in enumerate(pcm):
            state = self._states[channel]
            nibbles, self._states[channel] = encode_block(samples, state)
            payload += _STATE.pack(state.predictor, state.index, 0) + nibbles
        return bytes(payload)


def encode_block(samples: npt.NDArray[np.int16], state: AdpcmState) -> tuple[bytes, AdpcmState]:
    """The nibbles of int16 (n,), and the state after them."""
    from firmware_bridge.wire import _kernels

    nibbles = np.zeros((samples.shape[0] + 1) // 2, np.uint8)
    after = _kernels.adpcm_encode(np.ascontiguousarray(samples, np.int16), state.predictor, state.index, nibbles)
    return nibbles.tobytes(), AdpcmState(after >> 7, after & 127)


def decode_block(nibbles: bytes, samples: int, state: AdpcmState) -> npt.NDArray[np.int16]:
    """The int16 (samples,) of those nibbles; an index beyond the last step counts as the last."""
    from firmware_bridge.wire import _kernels

    out = np.empty(samples, np.int16)
    packed = np.frombuffer(nibbles, np.uint8)
    _kernels.adpcm_decode(packed, state.predictor, min(state.index, _LAST_INDEX), out)
    return out


def decode(payload: bytes, channels: int, samples: int) -> npt.NDArray[np.int16]:
    """A payload to int16 (channels, samples)."""
    stride = payload_bytes(1, samples)
    rows = []
    for at in range(0, channels * stride, stride):
        predictor, index, _ = _STATE.unpack_from(payload, at)
        rows.append(decode_block(payload[at + _STATE.size : at + stride], samples, AdpcmState(predictor, index)))
    return np.stack(rows)
