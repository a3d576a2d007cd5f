"""The Tick, a stethoscope on a serial port: it streams after `G` and is silent after `S`.

A frame: A5 5A, its number (u8, wraps), 40 samples (int16, low byte first), and the sum of all before it (u8).
"""

import struct
from collections.abc import Iterator

import numpy as np

from firmware_bridge.plain_stream import Block, PlainDriver, Reader

MARK = b"\xa5\x5a"
SAMPLES = 40
FRAME_BYTES = 2 + 1 + 2 * SAMPLES + 1


class Tick(PlainDriver):
    """4 kHz, always."""

    name = "tick"
    product = "Tick"
    rates_hz = (4000,)
    baud = 460_800

    def start(self, rate_hz: int) -> bytes:
        return b"G"

    def stop(self) -> bytes:
        return b"S"

    def reader(self) -> Reader:
        return TickReader()


class TickReader:
    """Finds frames in the bytes, and counts by their numbers what is missing between them."""

    def __init__(self) -> None:
        self.damaged = 0
        self._bytes = b""
        self._number: int | None = None

    def feed(self, data: bytes) -> Iterator[Block]:
        self._bytes += data
        while (at := self._bytes.find(MARK)) >= 0 and len(self._bytes) - at >= FRAME_BYTES:
            frame = self._bytes[at : at + FRAME_BYTES]
            if sum(frame[:-1]) % 256 != frame[-1]:
                self.damaged += 1
                self._bytes = self._bytes[at + 1 :]  # the mark may have been two samples: the next one is looked for
                continue
            self._bytes = self._bytes[at + FRAME_BYTES :]
            yield self._block(frame)
        self._bytes = self._bytes[-(FRAME_BYTES - 1) :] if at < 0 else self._bytes[at:]

    def _block(self, frame: bytes) -> Block:
        (number,) = struct.unpack_from("B", frame, len(MARK))
        missing = 0 if self._number is None else (number - self._number - 1) % 256
        self._number = number
        return Block(np.frombuffer(frame, "<i2", SAMPLES, 3).astype(np.int16), missing * SAMPLES)
