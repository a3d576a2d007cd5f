"""Frames as they lie on the wire, good or bad (docs/protocol.md, rules F1 to F3).

Written a second time, in plain Python and apart from `firmware_bridge.wire`: the judge does not share its errors with
the bridge, and can also make frames that the bridge never would.
"""

import binascii
from dataclasses import dataclass
from enum import StrEnum

LONGEST_BODY_BYTES = 1024
_LONGEST_KEPT_BYTES = 8192
_CRC_BYTES = 2


class FrameFault(StrEnum):
    """What is wrong with a frame."""

    NOT_COBS = "no COBS"
    WRONG_CRC = "a wrong CRC"
    TOO_SHORT = "a body of less than 2 bytes"
    TOO_LONG = "a body of more than 1024 bytes"


@dataclass(frozen=True, slots=True)
class RawFrame:
    """What came between two zero bytes. body: without its CRC, as far as it could be read."""

    encoded: bytes
    body: bytes
    fault: FrameFault | None

    @classmethod
    def read(cls, encoded: bytes) -> "RawFrame":
        """Judges the bytes of a frame, its delimiter left out."""
        whole = cobs_decoded(encoded)
        if whole is None:
            return cls(encoded, b"", FrameFault.NOT_COBS)
        body, crc = whole[:-_CRC_BYTES], whole[-_CRC_BYTES:]
        if len(whole) < _CRC_BYTES or crc16(body) != int.from_bytes(crc, "little"):
            return cls(encoded, body, FrameFault.WRONG_CRC)
        if len(body) < 2:
            return cls(encoded, body, FrameFault.TOO_SHORT)
        if len(body) > LONGEST_BODY_BYTES:
            return cls(encoded, body, FrameFault.TOO_LONG)
        return cls(encoded, body, None)


class FrameSplitter:
    """Bytes to frames, bad ones too. Holds at most one, and of an endless one its first 8 KiB."""

    def __init__(self) -> None:
        self._partial = bytearray()

    def feed(self, data: bytes) -> list[RawFrame]:
        """The frames that became whole; empty ones mean nothing and are left out (F5)."""
        *ends, rest = data.split(b"\x00")
        frames = []
        for end in ends:
            self._keep(end)
            if self._partial:
                frames.append(RawFrame.read(bytes(self._partial)))
            self._partial.clear()
        self._keep(rest)
        return frames

    def _keep(self, data: bytes) -> None:
        self._partial += data[: _LONGEST_KEPT_BYTES - len(self._partial)]


def framed(body: bytes, crc: int | None = None) -> bytes:
    """The frame of any body, of any length, with its CRC or a wrong one, its delimiter included."""
    checked = crc16(body) if crc is None else crc
    return cobs_encoded(body + checked.to_bytes(_CRC_BYTES, "little")) + b"\x00"


def crc16(body: bytes) -> int:
    """CRC-16/IBM-3740: polynomial 0x1021, from 0xFFFF, not reflected."""
    return binascii.crc_hqx(body, 0xFFFF)


def cobs_encoded(data: bytes) -> bytes:
    """Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999), without a delimiter."""
    out = bytearray()
    for run in data.split(b"\x00"):
        while len(run) >= 254:
            out += b"\xff" + run[:254]
            run = run[254:]  # noqa: PLW2901 - a run is taken off piece by piece
        out += bytes((len(run) + 1,)) + run
    return bytes(out)


def cobs_decoded(encoded: bytes) -> bytes | None:
    """The bytes, or None for what is no COBS."""
    out = bytearray()
    at = 0
    while at < len(encoded):
        length = encoded[at]
        run = encoded[at + 1 : at + length]
        if length == 0 or len(run) != length - 1:
            return None
        out += run
        at += length
        if length < 0xFF and at < len(encoded):
            out.append(0)
    return bytes(out)
