"""Frames: COBS(body + CRC-16, little-endian), then one 0x00 (docs/protocol.md, rules F1 to F6)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firmware_bridge.wire.limits import CRC_BYTES, MAX_BODY_BYTES, MAX_ENCODED_BYTES, MIN_BODY_BYTES

DELIMITER = b"\x00"
_BLOCK_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class FrameStatistics:
    """Counts since the decoder began. Damaged: no COBS, wrong CRC or too short. Oversize: longer than the bound."""

    bytes_received: int = 0
    frames_received: int = 0
    frames_damaged: int = 0
    frames_oversize: int = 0


def encode_frame(body: bytes) -> bytes:
    """The frame of a body of 2 to 1024 bytes, its delimiter included. Raises ValueError for another length."""
    from firmware_bridge.wire import _kernels

    if not MIN_BODY_BYTES <= len(body) <= MAX_BODY_BYTES:
        raise ValueError(f"a frame's body is {MIN_BODY_BYTES} to {MAX_BODY_BYTES} bytes, not {len(body)}")
    crc = _kernels.crc16(np.frombuffer(body, np.uint8), 0, len(body))
    whole = np.frombuffer(body + int(crc).to_bytes(CRC_BYTES, "little"), np.uint8)
    out = np.empty(MAX_ENCODED_BYTES, np.uint8)
    length = _kernels.cobs_encode(whole, out)
    return out[:length].tobytes() + DELIMITER


class FrameDecoder:
    """Bytes to the bodies of intact frames. Any split of the bytes gives the same frames.

    Noise is counted, never raised; whatever is fed, no more than one frame is held between calls.
    """

    def __init__(self) -> None:
        from firmware_bridge.wire import _kernels

        self._kernels = _kernels
        self._partial = np.zeros(MAX_ENCODED_BYTES, np.uint8)
        self._state = np.zeros(4, np.int64)
        self._out = np.empty(_BLOCK_BYTES + MAX_ENCODED_BYTES, np.uint8)
        self._ends = np.empty(_BLOCK_BYTES // MIN_BODY_BYTES + 1, np.int64)
        self._bytes = self._frames = 0

    def feed(self, data: bytes | bytearray | memoryview) -> Iterator[bytes]:
        """Takes every byte of `data` at once; gives the bodies that became whole by it."""
        bodies: list[bytes] = []
        for start in range(0, len(data), _BLOCK_BYTES):
            block = np.frombuffer(data[start : start + _BLOCK_BYTES], np.uint8)
            count = self._kernels.scan(block, self._partial, self._state, self._out, self._ends)
            if count:
                bodies.extend(self._split(count))
        self._bytes += len(data)
        self._frames += len(bodies)
        return iter(bodies)

    def _split(self, count: int) -> Iterator[bytes]:
        ends = self._ends[:count].tolist()
        decoded = self._out[: ends[-1]].tobytes()
        start = 0
        for end in ends:
            yield decoded[start:end]
            start = end

    def statistics(self) -> FrameStatistics:
        damaged, oversize = self._state[self._kernels.DAMAGED :].tolist()
        return FrameStatistics(self._bytes, self._frames, damaged, oversize)
