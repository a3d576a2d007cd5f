"""Recordings in memory: an array at the door, judged, and given on as Chunks, as `audio_file` does for files."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from stetho.errors import InputError
from stetho.stream import Chunk, Origin, Samples, StreamSpec, read_only

CHUNK_S = 0.02
"""How a live device cuts its stream."""
INT16_SCALE = 32768.0
LOUDEST = 16.0
"""Nothing that was recorded lies 24 dB above full scale: such floats are integers that were only cast."""

RawSamples = npt.NDArray[np.int16] | npt.NDArray[np.float32] | npt.NDArray[np.float64]


def whole(samples: RawSamples, sample_rate_hz: int | None, origin: Origin | str = Origin.FILE) -> Chunk:
    """A recording as one Chunk: one channel (n,), int16 or floats in full scale (-1..1).

    origin: where the samples come from; an array can't say so itself. Raises InputError for what is no recording.
    """
    if sample_rate_hz is None:
        raise InputError("Samples without a rate can't be analysed: give sample_rate_hz.")
    if origin not in set(Origin):
        raise InputError(f"Samples come from one of {', '.join(Origin)}, not {origin!r}.")
    spec = StreamSpec(_whole_hertz(sample_rate_hz), Origin(origin))
    return Chunk(read_only(_full_scale(np.asarray(samples))), spec, 0, 0)


def chunks(
    samples: RawSamples, sample_rate_hz: int | None, chunk_s: float = CHUNK_S, origin: Origin | str = Origin.FILE
) -> Iterator[Chunk]:
    """The same as a stream that began at time 0, in pieces of `chunk_s`. Raises InputError, before the first piece."""
    recording = whole(samples, sample_rate_hz, origin)
    step = max(1, round(chunk_s * recording.spec.rate_hz))
    pieces = (recording.between(start, start + step) for start in range(0, len(recording), step))
    return (piece for piece in pieces if piece is not None)


def _whole_hertz(rate_hz: float) -> int:
    try:
        hertz = int(rate_hz)
    except (TypeError, ValueError, OverflowError):  # no number, NaN, infinite
        hertz = 0
    if hertz <= 0 or hertz != rate_hz:
        raise InputError(f"A sample rate is a whole number of hertz, not {rate_hz}.")
    return hertz


def _full_scale(array: npt.NDArray[Any]) -> Samples:
    if array.dtype not in (np.int16, np.float32, np.float64):
        raise InputError(
            f"Samples must be int16 or floats in full scale (-1..1), not {array.dtype}: convert them first."
        )
    if array.ndim != 1 or not array.size:
        raise InputError(
            f"Samples must be one channel, an array (n,) that is not empty, not {array.shape}: give the chest alone."
        )
    if array.dtype == np.int16:
        return array.astype(np.float32) / np.float32(INT16_SCALE)
    loudest = float(np.max(np.abs(array)))
    if not np.isfinite(loudest):
        raise InputError(
            "Samples must be finite numbers, and some are not (NaN or infinite): cut them out or record again."
        )
    if loudest >= LOUDEST:
        raise InputError(
            f"Samples reach {loudest:g}, and full scale is 1: divide them by the largest value of their type."
        )
    return array.astype(np.float32)
