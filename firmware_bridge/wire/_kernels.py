"""The loops of the wire: COBS with CRC-16, and IMA-ADPCM.

COBS: Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Trans. Networking 7(2), 1999.
CRC-16: polynomial 0x1021, start 0xFFFF, not reflected, no final XOR (the catalogue's CRC-16/IBM-3740).
IMA-ADPCM: IMA Digital Audio Focus and Technical Working Groups, "Recommended Practices for Enhancing Digital Audio
Compatibility in Multimedia Systems", revision 3.00, 1992, section 6.

A call takes microseconds, so none gives up the interpreter's lock: to get it back among other threads takes longer.
"""

import numpy as np
import numpy.typing as npt
from numba import njit, types

from firmware_bridge.wire.limits import CRC_BYTES, MAX_BODY_BYTES, MAX_ENCODED_BYTES, MIN_BODY_BYTES

Bytes = npt.NDArray[np.uint8]
Pcm = npt.NDArray[np.int16]
Counters = npt.NDArray[np.int64]

_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_BYTES_OUT = types.Array(types.uint8, 1, "C")
_INT16 = types.Array(types.int16, 1, "C", readonly=True)
_INT16_OUT = types.Array(types.int16, 1, "C")
_INT64_OUT = types.Array(types.int64, 1, "C")

PARTIAL, OVERLONG, DAMAGED, OVERSIZE = 0, 1, 2, 3
"""Slots of `scan`'s state: bytes held of the open frame, whether it is too long already, and the two counters."""


def _crc_table() -> npt.NDArray[np.uint16]:
    table = np.zeros(256, dtype=np.uint16)
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        table[byte] = crc & 0xFFFF
    return table


_CRC_TABLE = _crc_table()

# fmt: off
_STEPS = np.array(
    [7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
     118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
     1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
     6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
     32767],
    dtype=np.int32,
)
# fmt: on
_INDEX_MOVES = np.array([-1, -1, -1, -1, 2, 4, 6, 8], dtype=np.int32)
_LAST_STEP = 88


@njit(types.int64(_BYTES, types.int64, types.int64), cache=True)
def crc16(data: Bytes, start: int, stop: int) -> int:
    """CRC-16 of data[start:stop]."""
    crc = 0xFFFF
    for i in range(start, stop):
        crc = ((crc << 8) & 0xFFFF) ^ _CRC_TABLE[(crc >> 8) ^ data[i]]
    return crc


@njit(types.int64(_BYTES, _BYTES_OUT), cache=True)
def cobs_encode(data: Bytes, out: Bytes) -> int:
    """Stuffs `data` into `out`, without a delimiter; the length written."""
    code_at = 0
    at = 1
    code = 1
    for i in range(data.shape[0]):
        if data[i] == 0:
            out[code_at] = code
            code_at = at
            at += 1
            code = 1
            continue
        out[at] = data[i]
        at += 1
        code += 1
        if code == 255 and i + 1 < data.shape[0]:
            out[code_at] = code
            code_at = at
            at += 1
            code = 1
    out[code_at] = code
    return at


@njit(types.int64(_BYTES, types.int64, _BYTES_OUT, types.int64), cache=True)
def cobs_decode(encoded: Bytes, length: int, out: Bytes, at: int) -> int:
    """Unstuffs encoded[:length] into out[at:]; the length written, or -1 for what is no COBS."""
    start = at
    i = 0
    while i < length:
        code = encoded[i]
        stop = i + code
        if code == 0 or stop > length:
            return -1
        for k in range(i + 1, stop):
            out[at] = encoded[k]
            at += 1
        if code < 255 and stop < length:
            out[at] = 0
            at += 1
        i = stop
    return at - start


@njit(types.int64(_BYTES, _BYTES_OUT, _INT64_OUT, _BYTES_OUT, _INT64_OUT), cache=True)
def scan(data: Bytes, partial: Bytes, state: Counters, out: Bytes, ends: Counters) -> int:
    """Goes once through `data`; writes the bodies of whole and intact frames to `out` one after another.

    ends[k] is where body k ends in `out`; the number of bodies comes back. The open frame stays in `partial`.
    """
    count = 0
    at = 0
    for i in range(data.shape[0]):
        if data[i] != 0:
            if state[PARTIAL] < MAX_ENCODED_BYTES:
                partial[state[PARTIAL]] = data[i]
                state[PARTIAL] += 1
            else:
                state[OVERLONG] = 1
            continue
        length = state[PARTIAL]
        overlong = state[OVERLONG]
        state[PARTIAL] = 0
        state[OVERLONG] = 0
        if overlong:
            state[OVERSIZE] += 1
            continue
        if length == 0:
            continue
        size = cobs_decode(partial, length, out, at) - CRC_BYTES
        if size < MIN_BODY_BYTES or size > MAX_BODY_BYTES:
            state[DAMAGED] += 1
            continue
        end = at + size
        if crc16(out, at, end) != out[end] | (np.uint16(out[end + 1]) << 8):
            state[DAMAGED] += 1
            continue
        ends[count] = end
        count += 1
        at = end
    return count


@njit(types.int64(_INT16, types.int64, types.int64, _BYTES_OUT), cache=True)
def adpcm_encode(samples: Pcm, predictor: int, index: int, out: Bytes) -> int:
    """Encodes from the state (predictor, index); low nibble first. The state after it: predictor * 128 + index."""
    for i in range(samples.shape[0]):
        step = _STEPS[index]
        difference = np.int64(samples[i]) - predictor
        nibble = 0
        if difference < 0:
            nibble = 8
            difference = -difference
        change = step >> 3
        if difference >= step:
            nibble |= 4
            difference -= step
            change += step
        step >>= 1
        if difference >= step:
            nibble |= 2
            difference -= step
            change += step
        step >>= 1
        if difference >= step:
            nibble |= 1
            change += step
        predictor += -change if nibble & 8 else change
        predictor = min(32767, max(-32768, predictor))
        index = min(_LAST_STEP, max(0, index + _INDEX_MOVES[nibble & 7]))
        if i & 1:
            out[i >> 1] |= nibble << 4
        else:
            out[i >> 1] = nibble
    return predictor * 128 + index


@njit(types.void(_BYTES, types.int64, types.int64, _INT16_OUT), cache=True)
def adpcm_decode(nibbles: Bytes, predictor: int, index: int, out: Pcm) -> None:
    """Decodes out.shape[0] samples from the state (predictor, index); low nibble first."""
    for i in range(out.shape[0]):
        nibble = (nibbles[i >> 1] >> 4) & 15 if i & 1 else nibbles[i >> 1] & 15
        step = _STEPS[index]
        change = step >> 3
        if nibble & 4:
            change += step
        if nibble & 2:
            change += step >> 1
        if nibble & 1:
            change += step >> 2
        predictor += -change if nibble & 8 else change
        predictor = min(32767, max(-32768, predictor))
        index = min(_LAST_STEP, max(0, index + _INDEX_MOVES[nibble & 7]))
        out[i] = predictor
